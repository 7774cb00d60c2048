# The disk image and the ISO.
