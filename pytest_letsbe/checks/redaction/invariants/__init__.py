"""The statements about a redactor, a file for each group of them."""
