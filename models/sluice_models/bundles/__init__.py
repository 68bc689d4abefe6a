"""What a bundle is: its description, the contract of its modules, and how networks become one."""
