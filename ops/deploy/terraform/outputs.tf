output "cluster_members" {
  description = "The value of cluster.members, the same on all nodes."
  value = join(",", [
    for i, card in aws_network_interface.node :
    "n${i + 1}@${card.private_ip}:${local.peer_port}/6789/6790"
  ])
}

output "network_interfaces" {
  description = "Of n1, n2 and n3: what their machines start with."
  value       = aws_network_interface.node[*].id
}

output "node_security_group" {
  description = "The group of the nodes, for rules of your own."
  value       = aws_security_group.node.id
}
