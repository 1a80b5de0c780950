"""A shell for every installed mode: an example of a front end on the public packages of sogni-core."""
