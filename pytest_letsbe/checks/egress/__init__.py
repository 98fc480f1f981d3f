"""egress: nothing leaves through the proxy but what its policy allows, proven by canaries at every address there is."""
