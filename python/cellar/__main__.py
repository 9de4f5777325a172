"""`python -m cellar` is the command `cellar`."""

import sys

from cellar.command import main

sys.exit(main())
