"""The grammar of Block Kit: what each block, element and object may hold."""
