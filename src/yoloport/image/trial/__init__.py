"""Find out about a built image what its user would: start it, look into it, measure it, write down what was found."""
