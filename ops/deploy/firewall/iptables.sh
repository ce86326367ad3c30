#!/bin/sh
# Who reaches the ports of a node, by iptables and ip6tables: run it as root on each of the machines, and again after a
# change or a start. It fills a chain of its own at once, and makes INPUT begin with it. Change the addresses.
# "iptables.sh show" prints what it would load instead.
#
# It does not concern ports that Docker publishes: their packets are forwarded and never come to INPUT.
set -eu

MEMBERS4='10.0.1.11 10.0.2.11 10.0.3.11'
MEMBERS6='fd00:1::11 fd00:2::11 fd00:3::11'
CLIENTS4='10.0.0.0/8'
CLIENTS6='fd00::/8'
MONITORING4='10.0.9.0/24'
MONITORING6='fd00:9::/64'

CLIENT_PORTS='6789,6790' # tcp.port, http.port
PEER_PORT='7789'         # of cluster.members
OPS_PORT='6792'          # ops.port, where health and metrics are served and nothing else

# Accepts the ports $1 from the networks that follow.
allow() {
  ports=$1
  shift
  for network in "$@"; do
    echo "-A FLASHQ -p tcp -m multiport --dports $ports -s $network -j ACCEPT"
  done
}

# The chain for members $1, clients $2 and monitoring $3, each between blanks.
rules() {
  echo '*filter'
  echo ':FLASHQ - [0:0]'
  echo '-A FLASHQ -i lo -j RETURN'
  # shellcheck disable=SC2086
  {
    allow "$CLIENT_PORTS" $2
    allow "$PEER_PORT" $1
    allow "$OPS_PORT" $3
  }
  echo "-A FLASHQ -p tcp -m multiport --dports $CLIENT_PORTS,$PEER_PORT,$OPS_PORT -j DROP"
  echo 'COMMIT'
}

# Loads the rules of standard input with iptables or ip6tables ($1).
load() {
  "$1-restore" -w --noflush
  "$1" -w -C INPUT -j FLASHQ 2>/dev/null || "$1" -w -I INPUT 1 -j FLASHQ
}

if [ "${1:-}" = show ]; then
  rules "$MEMBERS4" "$CLIENTS4" "$MONITORING4"
  rules "$MEMBERS6" "$CLIENTS6" "$MONITORING6"
else
  rules "$MEMBERS4" "$CLIENTS4" "$MONITORING4" | load iptables
  rules "$MEMBERS6" "$CLIENTS6" "$MONITORING6" | load ip6tables
fi
