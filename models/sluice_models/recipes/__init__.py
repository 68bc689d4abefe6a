"""How each bundle that ships comes to be: its pictures, its parts in their order, its seeds."""
