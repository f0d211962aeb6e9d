"""The firewall's word for packets to a port: nftables rules judged without running a packet through them."""
