"""What the lessons are: their order, what they train, and the functions that they show."""
