# A network for three nodes in three zones of AWS, without any way to the internet, and three addresses in it that stay.
# What to change stands in variables.tf; the nodes' machines are yours to add, each on an interface of
# aws_network_interface.node, with cluster.members from the output of that name.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0, < 7.0"
    }
  }
}

locals {
  client_ports = toset(["6789", "6790"])
  peer_port    = 7789
  ops_port     = 6792
}

data "aws_region" "here" {}

resource "aws_vpc" "flashq" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # endpoints are found by name
  tags                 = { Name = var.name }
}

# What belongs to no other group has no traffic.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.flashq.id
}

resource "aws_subnet" "node" {
  count             = 3
  vpc_id            = aws_vpc.flashq.id
  availability_zone = var.zones[count.index]
  cidr_block        = cidrsubnet(var.cidr, 8, count.index + 1)
  tags              = { Name = "${var.name}-${count.index + 1}" }
}

resource "aws_route_table" "inside" {
  vpc_id = aws_vpc.flashq.id
  tags   = { Name = var.name }
}

resource "aws_route_table_association" "node" {
  count          = 3
  subnet_id      = aws_subnet.node[count.index].id
  route_table_id = aws_route_table.inside.id
}

# Addresses that outlive the machines: cluster.members never changes.
resource "aws_network_interface" "node" {
  count           = 3
  subnet_id       = aws_subnet.node[count.index].id
  private_ips     = [cidrhost(aws_subnet.node[count.index].cidr_block, 11)]
  security_groups = [aws_security_group.node.id]
  tags            = { Name = "${var.name}-n${count.index + 1}" }
}

resource "aws_security_group" "node" {
  name        = "${var.name}-node"
  description = "Nodes of flashQ Cluster"
  vpc_id      = aws_vpc.flashq.id
  tags        = { Name = "${var.name}-node" }
}

resource "aws_vpc_security_group_ingress_rule" "peers" {
  security_group_id            = aws_security_group.node.id
  description                  = "Members among themselves"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = "tcp"
  from_port                    = local.peer_port
  to_port                      = local.peer_port
}

resource "aws_vpc_security_group_egress_rule" "peers" {
  security_group_id            = aws_security_group.node.id
  description                  = "Members among themselves"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = "tcp"
  from_port                    = local.peer_port
  to_port                      = local.peer_port
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each          = { for pair in setproduct(var.client_cidrs, local.client_ports) : join(" ", pair) => pair }
  security_group_id = aws_security_group.node.id
  description       = "Clients"
  cidr_ipv4         = each.value[0]
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value[1])
  to_port           = tonumber(each.value[1])
}

resource "aws_vpc_security_group_ingress_rule" "monitoring" {
  for_each          = toset(var.monitoring_cidrs)
  security_group_id = aws_security_group.node.id
  description       = "Health and metrics"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.ops_port
  to_port           = local.ops_port
}

# Services of AWS by addresses in the subnets.

resource "aws_security_group" "endpoint" {
  name        = "${var.name}-endpoint"
  description = "Endpoints that nodes of flashQ Cluster use"
  vpc_id      = aws_vpc.flashq.id
  tags        = { Name = "${var.name}-endpoint" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoint" {
  security_group_id            = aws_security_group.endpoint.id
  description                  = "Nodes"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "endpoint" {
  security_group_id            = aws_security_group.node.id
  description                  = "Endpoints"
  referenced_security_group_id = aws_security_group.endpoint.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_endpoint" "service" {
  for_each            = toset(var.endpoints)
  vpc_id              = aws_vpc.flashq.id
  service_name        = "com.amazonaws.${data.aws_region.here.name}.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = aws_subnet.node[*].id
  security_group_ids  = [aws_security_group.endpoint.id]
  tags                = { Name = "${var.name}-${each.value}" }
}

resource "aws_vpc_endpoint" "s3" {
  count             = var.s3_endpoint ? 1 : 0
  vpc_id            = aws_vpc.flashq.id
  service_name      = "com.amazonaws.${data.aws_region.here.name}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.inside.id]
  tags              = { Name = "${var.name}-s3" }
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  count             = var.s3_endpoint ? 1 : 0
  security_group_id = aws_security_group.node.id
  description       = "S3"
  prefix_list_id    = aws_vpc_endpoint.s3[0].prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
