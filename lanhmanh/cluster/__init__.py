"""The product in the shape of production on one machine: real servers, and every part a process of its own."""
