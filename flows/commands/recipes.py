"""Commands on what a build is made by: methods, prompts, and the recipes that name them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from configs.locations import OUTPUT
from flows.commands.options import OutputOverride, RecipeArgument, console, recipe_of


def methods(
    page: Annotated[
        Path | None, typer.Option(help="Write the catalogue to this Markdown file instead.")
    ] = None,
) -> None:
    """List the methods that make records, those of other packages among them."""
    from flows.views.methods import methods_page, methods_table
    from generators.catalogue import catalogue

    if page is None:
        console().print(methods_table(catalogue()))
    else:
        page.write_text(methods_page(catalogue()), encoding="utf-8")


def plan(
    recipe: RecipeArgument,
    output: OutputOverride = None,
    target: Annotated[int | None, typer.Option(help="Accepted records, not the recipe's.")] = None,
    rows: Annotated[int, typer.Option("--rows", "-n", min=0, help="First seeds to show.")] = 5,
    min_coverage: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of documents, not the recipe's.")
    ] = None,
) -> None:
    """Show what a build would ask, and what of the corpus stays out. Sends nothing."""
    from flows import steps
    from flows.plan_counts import check_coverage, planned
    from flows.views.plan import plan_views
    from flows.workspace import exclusively
    from generators.catalogue import check_methods

    settings = recipe_of(recipe, output, target)
    if min_coverage is not None:
        settings = settings.model_copy(update={"min_coverage": min_coverage})
    check_methods(settings)
    with exclusively(settings):
        corpus = steps.read_corpus(settings)
        shards = (settings, corpus, steps.plan(settings, corpus))
        for view in plan_views(planned(*shards), settings, rows):
            console().print(view)
        check_coverage(*shards)


def corpus(
    what: Annotated[
        str,
        typer.Argument(
            metavar="PATH_OR_RECIPE", help="A folder, a file, a glob, or a recipe with its corpus."
        ),
    ],
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask again for what was fetched from URLs or the hub.")
    ] = False,
    output: OutputOverride = None,
) -> None:
    """Show what is read of documents and what is not. Asks no model; exits 1 if nothing is read.

    What was read is kept in the working folder of the output, so that a build need not read it.
    """
    from configs.corpus import CorpusSource
    from configs.documents import Chunking, Folding
    from configs.errors import ConfigError
    from configs.load import load_recipe, shipped_recipes, teacher_variables
    from flows import progress
    from flows.corpus_counts import count_corpus
    from flows.views.corpus import corpus_views
    from flows.workspace import sources_of, workspace_at

    if not what.strip():
        raise ConfigError("the name of what to read is empty; give a folder, a file or a recipe")
    sources: tuple[CorpusSource, ...] = (CorpusSource(path=what),)
    chunking, folding, recipe = Chunking(), Folding(), None
    if Path(what).suffix in (".yaml", ".yml") or (
        what in shipped_recipes() and not Path(what).exists()
    ):
        unset = dict.fromkeys(teacher_variables(what), "http://nobody.invalid/v1")
        recipe = load_recipe(what, variables=unset, output=output)
        sources, chunking, folding = sources_of(recipe, refresh), recipe.chunking, recipe.folding
    with progress.bars():
        shards = workspace_at(recipe.output if recipe else output or OUTPUT).shards
        found = count_corpus(shards, sources, chunking, folding)
    for view in corpus_views(found):
        console().print(view)
    if not found.passages:
        raise typer.Exit(1)


def prompts(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Prompts of a package of your own; by default those of Stillhouse."),
    ] = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="Publish new prompts: from then on they never change.")
    ] = False,
) -> None:
    """List the prompts, and check that no published one has changed."""
    from configs.errors import ConfigError
    from flows.views.prompts import FOLDERS, check_published, prompts_table
    from store.prompt_lock import lock as publish

    if folder is not None and not folder.is_dir():
        raise ConfigError(f"no folder {folder}: give the one that holds METHOD/NAME@VERSION.md")
    folders = FOLDERS if folder is None else (folder,)
    check_published(folders)
    new = [name for each in folders for name in publish(each)] if lock else []
    for each in folders:
        console().print(prompts_table(each))
    for name in new:
        console().print(f"{name} is published now.", highlight=False)


def cases(
    recipe: RecipeArgument,
    repeat: Annotated[int, typer.Option(min=1, max=100, help="Replays of each case.")] = 3,
    min_pass: Annotated[
        float, typer.Option(min=0, max=1, help="Least share of asked replays that must pass.")
    ] = 0.8,
    replies_only: Annotated[
        bool, typer.Option("--replies-only", help="Only cases with fixed replies; asks nobody.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option(help="The cases; by default those of the recipe's name.")
    ] = None,
    output: OutputOverride = None,
) -> None:
    """Replay the golden cases of a recipe. Exits 1 where what is fixed fails, or too much else."""
    from configs.case_files import find_cases, load_cases
    from configs.load import load_recipe, teacher_variables
    from flows import progress
    from flows.cases import replay
    from flows.views.cases import cases_views, failed

    path = file or find_cases(recipe)
    found, lacking = load_cases(path), teacher_variables(recipe)
    unset = dict.fromkeys(lacking, "http://nobody.invalid/v1")
    settings = load_recipe(recipe, variables=unset, output=output)
    why = f"since {', '.join(lacking)} is not set" if lacking else "as --replies-only says"
    skipped = [case for case in found if not case.replies] if lacking or replies_only else []
    with progress.bars():
        left = [case for case in found if case not in skipped]
        tallies = replay(settings, left, repeat, path) if left else []
    for view in cases_views(settings.name, tallies, skipped, why, min_pass):
        console().print(view)
    if failed(tallies, min_pass):
        raise typer.Exit(1)
