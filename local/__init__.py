"""The whole stack on one machine: the embedded AWS engine, with template.yaml deployed to it."""
