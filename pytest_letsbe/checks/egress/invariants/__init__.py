"""The statements about a proxy, a file for each group of them."""
