"""lockgate's model: what happens in the months after a system is trained that worries a government."""
