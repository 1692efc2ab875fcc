"""Commands that put builds into the hands of a Prefect server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT, Location
from flows.commands.options import OutputOverride, console


def serve(
    only: Annotated[
        list[str] | None, typer.Option(help="A deployment to serve; repeatable. By default, all.")
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="A recipe of your own that the forms begin with.")
    ] = None,
    output: OutputOverride = None,
    limit: Annotated[int, typer.Option(min=1, help="Most runs at once.")] = 4,
    reports: Annotated[
        int, typer.Option(min=-1, help="Port of this machine that serves reports; -1 for none.")
    ] = 4280,
) -> None:
    """Offer the deployments in the Prefect UI, and run what is asked for there. Ctrl-C ends it."""
    from configs.load import find_recipe
    from flows.deployments.serve import check_free, chosen, server, ui
    from flows.deployments.serve import serve as run

    offers = chosen(only or [])
    server()
    check_free(offers)
    begin: dict[str, str] = {}
    if recipe is not None:
        begin["recipe_file"] = str(find_recipe(str(recipe)).absolute())
    if output is not None:
        begin["output"] = _everywhere(output)
    say = console().print
    say(f"Serving at {ui()}/deployments; Ctrl-C ends it.", soft_wrap=True, highlight=False)
    for offer in offers:
        say(f"  {offer.name}/{offer.name}", highlight=False)
    run(offers, begin, limit, None if reports < 0 else reports)
    say("Ended. Schedules stay as they are; what is due meanwhile is run with the next start.")


def schedule(
    dataset: Annotated[str, typer.Argument(help="A dataset that was built.")],
    cron: Annotated[str, typer.Option(help='When, as "0 3 * * 1": Mondays at three.')],
    timezone: Annotated[str, typer.Option(help="Whose clock, as Europe/Berlin.")] = "UTC",
    active: Annotated[
        bool, typer.Option("--active", help="Let it run from now on; else it is paused.")
    ] = False,
    recipe: Annotated[
        Path | None, typer.Option(help="Its recipe, if not the one it was built by.")
    ] = None,
    output: OutputOverride = None,
) -> None:
    """Schedule the refresh of a dataset at the Prefect server. It is paused until you resume it."""
    from configs.load import find_recipe
    from flows.deployments.schedules import REFRESH, schedule_refresh
    from flows.deployments.serve import server, ui
    from store.versions import list_versions

    server()
    given: dict[str, str] = {}
    if recipe is not None:
        given |= {"dataset": "", "recipe_file": str(find_recipe(str(recipe)).absolute())}
    if output is not None:
        given["output"] = _everywhere(output)
    made = schedule_refresh(dataset, cron, timezone, given, active)
    say = console().print
    place = output or OUTPUT
    if not list_versions(place, dataset):
        missing = f"Note: no dataset {dataset} is in {place} on this machine. Its refresh fails "
        say(f"{missing}where that is so, too.", highlight=False, markup=False, soft_wrap=True)
    state = "active" if active else "paused"
    say(f'{dataset}: refreshed at "{cron}" {timezone}, {state}.', highlight=False, markup=False)
    word = "pause" if active else "resume"
    say(f"To {word} it: prefect deployment schedule {word} {REFRESH} {made}", soft_wrap=True)
    say(f"Or in the UI: {ui()}/deployments", soft_wrap=True)


def _everywhere(output: Location) -> str:
    """A place as it is called in any folder."""
    return str(output.absolute() if isinstance(output, Path) else output)
