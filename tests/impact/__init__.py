"""What is said of problems, held against a simulation's known truth."""
