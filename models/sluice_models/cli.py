"""Render pictures, train networks, pack, measure and verify bundles of them; export public checkpoints into bundles."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from sluice_models.bundles.bundle import BadBundle, problems, read_description
from sluice_models.checkpoints import command as export_command
from sluice_models.data.glyphs import CLASSES
from sluice_models.data.pictures import captioned_grid, grid, write_png
from sluice_models.judging.evaluation import hit_rate, noisy_accuracy, per_class
from sluice_models.judging.judge_folder import SCENES_JUDGE, load_judge, write_judge
from sluice_models.judging.judges import SceneReader, attributes_right, judge_trainer, prompts_right, read_attributes
from sluice_models.judging.sweep import HEADING, best, findings, grid_of
from sluice_models.recipes.captioned import WATCHED_CAPTIONS
from sluice_models.recipes.catalogue import RECIPES
from sluice_models.recipes.glyphs_adm import HELD_OUT_PICTURES, REFERENCE_PICTURES, SPARE_PICTURES, TRAINING_PICTURES
from sluice_models.recipes.random_bundle import write_random_bundle
from sluice_models.recipes.scenes import (
    HELD_OUT_SCENES,
    JUDGE,
    JUDGE_PLAN,
    JUDGE_SCENES,
    PROMPT_SEEDS,
    SEEN_SCENES,
    TRAINING_SCENES,
    judged_prompts,
)
from sluice_models.recipes.workshop import Recipe, Workshop
from sluice_models.sampling.pipeline import (
    CLASSIFIER,
    CONDITIONAL_CLASSIFIER,
    DDIM,
    GAP,
    GUIDED_BY_GRADIENT,
    WEIGHTINGS,
    CannotSample,
    Pipeline,
    Prompts,
    SamplingPlan,
)
from sluice_models.training.trainer import TrainingPlan, run, trained

T = TypeVar("T")
JUDGES = ("guide", "auditor")
GLYPH_JUDGES = Path("bundles/glyphs-adm")
NOISE_LEVELS = (0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 999)
DATA = {
    "glyphs": (TRAINING_PICTURES, HELD_OUT_PICTURES),
    "scenes": (TRAINING_SCENES, SEEN_SCENES, HELD_OUT_SCENES, JUDGE_SCENES),
}


def render(arguments: argparse.Namespace) -> None:
    for pictures in DATA[arguments.data]:
        drawn, sheet_path = pictures.load(arguments.work), arguments.work / f"{pictures.name}.png"
        if drawn.captions:
            write_png(sheet_path, captioned_grid(drawn.pixels[:80], drawn.captions[:80], columns=10), enlarge=1)
            kinds = f"{len(np.unique(drawn.labels, axis=0))} distinct labels and {len(set(drawn.captions))} distinct captions"
        else:
            write_png(sheet_path, grid(drawn.pixels[:200], columns=20))
            kinds = f"{len(CLASSES)} classes"
        print(f"{pictures.name}: {len(drawn)} pictures of {kinds}; see {sheet_path}")


def train(arguments: argparse.Namespace) -> None:
    workshop = _workshop(arguments, arguments.device)
    torch.set_num_threads(1)
    if arguments.part == JUDGE:
        pool, checkpoint = JUDGE_SCENES.load(arguments.work), arguments.work / f"{JUDGE}.ckpt"
        run(judge_trainer(_plan(JUDGE_PLAN, arguments.steps), pool, workshop.device, workshop.replicas), checkpoint)
        return
    parts = _recipe(arguments).parts
    if arguments.part not in parts:
        raise SystemExit(f"{workshop.bundle} has no part {arguments.part}; it has {', '.join(parts)}")
    part = parts[arguments.part]
    trainer = part.trainer(workshop, _plan(part.plan, arguments.steps))
    run(trainer, workshop.checkpoint(arguments.part), lambda ema, step: part.watch(workshop, ema, step))


def pack(arguments: argparse.Namespace) -> None:
    _recipe(arguments).export(_workshop(arguments), arguments.bundle)
    print(f"{arguments.bundle}: written")


def unpack(arguments: argparse.Namespace) -> None:
    recipe, workshop = _recipe(arguments), _workshop(arguments)
    if recipe.unpack is None:
        raise SystemExit(f"{workshop.bundle} does not hold all that its training needs")
    there = [path for path in map(workshop.checkpoint, recipe.parts) if path.exists()]
    if there:
        raise SystemExit(f"would replace {', '.join(map(str, there))}")
    recipe.unpack(workshop, arguments.bundle)
    print(f"{workshop.folder}: checkpoints of {', '.join(recipe.parts)}")


def _workshop(arguments: argparse.Namespace, device: str = "cpu") -> Workshop:
    """On a CPU each thread trains its own part of every batch."""
    return Workshop(arguments.work, arguments.bundle.name, torch.device(device), arguments.threads if device == "cpu" else 1)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    if arguments.bundle.name not in RECIPES:
        raise SystemExit(f"no recipe makes {arguments.bundle.name}; there are {', '.join(RECIPES)}")
    return RECIPES[arguments.bundle.name]


def _plan(plan: TrainingPlan, steps: int | None) -> TrainingPlan:
    return plan if steps is None else dataclasses.replace(plan, steps=steps)


def _bundle_path(text: str) -> Path:
    """A bundle's folder; a name alone is a folder in ``bundles``."""
    return Path(text) if "/" in text else Path("bundles") / text


def _given(value: T | None, default: T) -> T:
    """``value`` where the command line has one, be it 0."""
    return default if value is None else value


def _bound(text: str) -> float | None:
    return None if text == "none" else float(text)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"at least 1, not {value}")
    return value


def evaluate(arguments: argparse.Namespace) -> None:
    manifest = read_description(arguments.bundle)
    defaults = manifest["defaults"]
    steps = _given(arguments.steps, defaults["steps"])
    scale = _given(arguments.scale, defaults["classifierScale" if arguments.guidance in GUIDED_BY_GRADIENT else "classifierFreeScale"])
    sampler = _given(arguments.sampler, defaults["sampler"])
    guided = _given(arguments.guided, steps)
    plan = SamplingPlan(arguments.guidance, scale, steps, guided, arguments.seed, sampler, arguments.exponent)
    reading = _read_classes if manifest["condition"]["kind"] == "class" else _read_scenes
    pixels = reading(arguments, plan)
    if arguments.sheet:
        write_png(arguments.sheet, grid(pixels[:200].numpy(), columns=20))


def sweep(arguments: argparse.Namespace) -> None:
    manifest = read_description(arguments.bundle)
    if manifest["condition"]["kind"] != "class":
        raise SystemExit(f"{manifest['name']} draws no glyphs, which a sweep compares its pictures with")
    if arguments.images > SPARE_PICTURES.count:
        raise SystemExit(f"a sweep makes at most {SPARE_PICTURES.count} pictures of each setting, not {arguments.images}")
    defaults = manifest["defaults"]
    steps = _given(arguments.steps, defaults["steps"])
    base = SamplingPlan("none", 1.0, steps, steps, arguments.seed, _given(arguments.sampler, defaults["sampler"]))
    choices = {"guidance": arguments.guidance, "scale": arguments.scale}
    if arguments.interval:
        plans = grid_of(base, **choices, interval=[tuple(bounds) for bounds in arguments.interval])
    else:
        how = {
            "guided": arguments.guided,
            "exponent": arguments.exponent,
            "weighting": arguments.weighting,
            "max_omega": arguments.max_omega,
        }
        plans = grid_of(base, **choices, **how)
    reference, spare = (torch.from_numpy(pictures.load(arguments.work).pixels) for pictures in (REFERENCE_PICTURES, SPARE_PICTURES))
    print(HEADING)
    found = []
    for finding in findings(arguments.bundle, GLYPH_JUDGES, plans, arguments.images, reference, spare):
        print(finding, flush=True)
        found.append(finding)
    if arguments.sheet:
        write_png(arguments.sheet, grid(torch.cat([finding.pixels[:20] for finding in found]).numpy(), columns=20), enlarge=2)
    print(f"best: {best(found[1:]).plan}")


def _read_classes(arguments: argparse.Namespace, plan: SamplingPlan) -> torch.Tensor:
    classes = torch.arange(arguments.images) % len(CLASSES)
    pixels = Pipeline(arguments.bundle).sample(classes, plan)
    for judge in JUDGES:
        print(f"{plan}: {judge} finds the class in {hit_rate(GLYPH_JUDGES, judge, pixels, classes)}", flush=True)
    if arguments.per_class:
        for name, rate in per_class(GLYPH_JUDGES, "auditor", pixels, classes).items():
            print(f"  {name:<6}{rate}")
    return pixels


def _read_scenes(arguments: argparse.Namespace, plan: SamplingPlan) -> torch.Tensor:
    texts, asked = judged_prompts()[arguments.prompts]
    pixels = Pipeline(arguments.bundle).sample(texts[: arguments.images], plan)
    labels, found = torch.from_numpy(asked[: arguments.images]), read_attributes(load_judge(SCENES_JUDGE), pixels)
    print(f"{plan}: all that was asked for is in {prompts_right(found, labels)}", flush=True)
    for name, rate in attributes_right(found, labels).items():
        print(f"  {name:<14}{rate}")
    return pixels


def accuracy(arguments: argparse.Namespace) -> None:
    manifest = read_description(arguments.bundle)
    lacking = [judge for judge in JUDGES if judge not in manifest["modules"]]
    if manifest["condition"]["kind"] != "class" or lacking:
        raise SystemExit(f"{manifest['name']} has no {' and '.join(lacking or JUDGES)} to read classes with")
    held_out = HELD_OUT_PICTURES.load(arguments.work)
    for judge in JUDGES:
        for level, rate in noisy_accuracy(arguments.bundle, judge, held_out, NOISE_LEVELS).items():
            print(f"{judge:<8}  {level:<7}  {rate}", flush=True)


def judge(arguments: argparse.Namespace) -> None:
    network, steps = trained(SceneReader(), arguments.work / f"{JUDGE}.ckpt")
    training = {"recipe": "sluice_models/recipes/scenes.py: render; train judge; judge", "steps": steps, "seed": JUDGE_PLAN.seed}
    write_judge(arguments.judge, network, judged_prompts(), training)
    shown = SEEN_SCENES.load(arguments.work)
    write_png(arguments.judge / "contact-sheet.png", captioned_grid(shown.pixels[:50], shown.captions[:50], columns=10), enlarge=1)
    module = load_judge(arguments.judge)
    for pictures in (SEEN_SCENES, HELD_OUT_SCENES):
        drawn = pictures.load(arguments.work)
        labels, found = torch.from_numpy(drawn.labels), read_attributes(module, torch.from_numpy(drawn.pixels))
        for name, rate in {**attributes_right(found, labels), "all of them": prompts_right(found, labels)}.items():
            print(f"{pictures.name:<16}{name:<14}{rate}", flush=True)


def sheet(arguments: argparse.Namespace) -> None:
    """A row per class or caption, a block for each: the prompt without guidance, classifier-free, and the guide if there is one."""
    manifest, each = read_description(arguments.bundle), 6
    defaults = manifest["defaults"]
    asked: Prompts
    if manifest["condition"]["kind"] == "class":
        asked = torch.arange(len(CLASSES)).repeat_interleave(each)
    else:
        asked = tuple(caption for caption in WATCHED_CAPTIONS for _ in range(each))
    arms = [("cfg", 1.0), ("cfg", defaults["classifierFreeScale"])]
    if "guide" in manifest["modules"]:
        arms.append((CONDITIONAL_CLASSIFIER, defaults["classifierScale"]))
    steps, pipeline = defaults["steps"], Pipeline(arguments.bundle)
    plans = [SamplingPlan(name, scale, steps, steps, seed=7, sampler=defaults["sampler"]) for name, scale in arms]
    blocks = [pipeline.sample(asked, plan) for plan in plans]
    rows = np.concatenate([block.reshape(-1, each, *block.shape[1:]) for block in blocks], axis=1)
    pictures = rows.reshape(-1, *rows.shape[2:])
    enlarge = 2 if pictures.shape[-1] < 64 else 1
    write_png(arguments.bundle / "contact-sheet.png", grid(pictures, columns=each * len(arms), block=each), enlarge)


def verify(arguments: argparse.Namespace) -> None:
    found = problems(arguments.bundle)
    for problem in found:
        print(problem)
    if found:
        raise SystemExit(1)
    print(f"{arguments.bundle}: checksums, parameter counts and module contracts hold")


def random_bundle(arguments: argparse.Namespace) -> None:
    write_random_bundle(arguments.out, arguments.name, arguments.parameters, arguments.seed, arguments.half)
    print(f"{arguments.out}: {arguments.name}, random weights")


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m sluice_models", description=__doc__)
    whole.add_argument("--work", type=Path, default=Path("build"), help="pictures, checkpoints, sample sheets (default: build)")
    whole.add_argument("--bundle", type=_bundle_path, default=_bundle_path("glyphs-adm"), help="name or folder (default: glyphs-adm)")
    whole.add_argument("--threads", type=int, default=2, help="CPU threads (default: 2)")
    commands = whole.add_subparsers(required=True, metavar="command")

    def command(action: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(action.__name__.replace("_", "-"), help=text, description=text)
        added.set_defaults(action=action)
        return added

    drawing = command(render, "draw the training and the held-out pictures, and a sheet of each")
    drawing.add_argument("--data", choices=list(DATA), default="glyphs", help="default: glyphs")
    training = command(train, "train one network, resuming from its checkpoint if there is one")
    steps = "; ".join(
        f"{name}: {', '.join(f'{part} {entry.plan.steps}' for part, entry in recipe.parts.items())}" for name, recipe in RECIPES.items()
    )
    training.add_argument("part", help=f"which network of the bundle, or {JUDGE}, the judge of scenes")
    training.add_argument("--steps", type=int, help=f"default: {steps}; {JUDGE} {JUDGE_PLAN.steps}")
    training.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    packing = command(pack, "script the trained networks into the bundle, checking each script against its network")
    unpacking = command(unpack, "write checkpoints out of a bundle, to train on from there; optimiser and average begin anew")
    sampling = command(evaluate, "sample pictures and print how often what was asked for is found in them")
    sampling.add_argument(
        "--guidance",
        choices=("none", "cfg", *GUIDED_BY_GRADIENT),
        default="cfg",
        help=f"default: cfg; none: no prompt; {CLASSIFIER}: the denoiser is not told the class; {CONDITIONAL_CLASSIFIER}: it is",
    )
    sampling.add_argument("--scale", type=float, help="s; cfg 1: the conditional model alone (default: the bundle's)")
    sampling.add_argument("--steps", type=_count, help="respaced sampling steps (default: the bundle's)")
    sampling.add_argument("--sampler", choices=("ddpm", DDIM), help="default: the bundle's")
    sampling.add_argument(
        "--prompts", choices=[kind.value for kind in PROMPT_SEEDS], default="training", help="of scenes (default: training)"
    )
    sampling.add_argument("--guided", type=int, help="guide this many steps only, each weighted by its gap to the next")
    sampling.add_argument(
        "--exponent",
        type=int,
        default=1,
        choices=range(1, 9),
        metavar="K",
        help="of --guided: 1 spreads evenly (default), more guides early",
    )
    sampling.add_argument("--images", type=_count, default=1_000, help="pictures (default: 1000)")
    sampling.add_argument("--seed", type=int, default=100_000, help="of the sampling noise (default: 100000)")
    sampling.add_argument("--per-class", action="store_true", help="also print the auditor's rate per class")
    sampling.add_argument("--sheet", type=Path, help="write the first 200 pictures to this PNG")
    sweeping = command(sweep, "sample pictures under every combination of settings; print what each hits and how like drawn ones it is")
    sweeping.add_argument("--guidance", nargs="+", choices=("cfg", *GUIDED_BY_GRADIENT), default=["cfg"], help="default: cfg")
    sweeping.add_argument("--scale", nargs="+", type=float, required=True, help="s")
    sweeping.add_argument("--guided", nargs="+", type=int, default=[10], help="as evaluate's (default: 10)")
    sweeping.add_argument("--exponent", nargs="+", type=int, default=[1], metavar="K", help="as evaluate's (default: 1)")
    sweeping.add_argument("--weighting", nargs="+", choices=WEIGHTINGS, default=[GAP], help=f"default: {GAP}")
    sweeping.add_argument("--max-omega", nargs="+", type=_bound, default=[None], metavar="OMEGA", help="or none (default: none)")
    sweeping.add_argument(
        "--interval",
        nargs=2,
        action="append",
        type=float,
        metavar=("LOW", "HIGH"),
        help="guide the steps between these noise levels instead, with weight 1; may be repeated",
    )
    sweeping.add_argument("--steps", type=_count, help="respaced sampling steps (default: the bundle's)")
    sweeping.add_argument("--sampler", choices=("ddpm", DDIM), help="default: the bundle's")
    sweeping.add_argument("--images", type=_count, default=200, help="pictures of each, at most 1000 (default: 200)")
    sweeping.add_argument("--seed", type=int, default=100_000, help="of the sampling noise (default: 100000)")
    sweeping.add_argument("--sheet", type=Path, help="write the first 20 pictures of each to this PNG, a row each, drawn ones first")
    reading = command(accuracy, "print both classifiers' accuracy on held-out pictures, by noise level")
    judging = command(judge, "script the trained judge of scenes, and print how often it is right about pictures it has not seen")
    judging.add_argument("--judge", type=Path, default=SCENES_JUDGE, help="the folder to write (default: judges/scenes)")
    drawing_sheet = command(sheet, "draw the bundle's contact sheet at its default scales")
    untrained = command(random_bundle, "write a bundle of random weights, for timing alone")
    untrained.add_argument("--out", type=Path, required=True, help="the folder to write")
    untrained.add_argument("--parameters", type=int, default=20_000_000, help="at least so many in the denoiser (default: 20000000)")
    untrained.add_argument("--seed", type=int, default=1, help="of the weights (default: 1)")
    untrained.add_argument("--name", default="random-adm-20m", help="default: random-adm-20m")
    untrained.add_argument("--half", action="store_true", help="fp16 inside the scripts, fp32 at their boundary")
    export_command.add_arguments(command(export_command.export, "turn a public checkpoint into a bundle; see docs/models.md"))
    verifying = command(verify, "check the bundle's checksums, parameter counts and module contracts")
    for taker in (training, packing, unpacking, sampling, sweeping, reading, drawing_sheet, verifying):
        taker.add_argument("--bundle", type=_bundle_path, default=argparse.SUPPRESS, help="the same, after the command")
    return whole


def main() -> None:
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        arguments.action(arguments)
    except (BadBundle, CannotSample) as refused:
        raise SystemExit(str(refused)) from refused
