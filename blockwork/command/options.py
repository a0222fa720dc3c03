"""What several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import folder as a_folder

Assembly = Annotated[
    Path,
    typer.Argument(
        parser=a_folder, metavar="ASSEMBLY", help="A cloud assembly, as 'cdk synth' makes."
    ),
]
Prefix = Annotated[
    str,
    typer.Option(
        "--stage", help="Only stacks whose names begin with this, such as Dev; names omit it."
    ),
]
