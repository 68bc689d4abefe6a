"""Render pictures, train networks, pack, measure and verify bundles of them; export public checkpoints into bundles."""

from __future__ import annotations

import argparse
import copy
import dataclasses
from pathlib import Path
from typing import Callable

import numpy as np
import torch

from sluice_models import configs
from sluice_models.adm import Denoiser, NoisyClassifier
from sluice_models.bundle import problems, read_description
from sluice_models.checkpoints import command as export_command
from sluice_models.contract import AuditorModule, DenoiserModule, GuideModule
from sluice_models.diffusion import Process, Schedule
from sluice_models.evaluation import SamplingPlan, hit_rate, noisy_accuracy, per_class, sample_classes
from sluice_models.exporting import export_bundle
from sluice_models.glyphs import CLASSES
from sluice_models.judge_folder import load_judge, write_judge
from sluice_models.judges import SceneReader, attributes_right, judge_trainer, prompts_right, read_attributes
from sluice_models.pictures import captioned_grid, grid, write_png
from sluice_models.random_bundle import write_random_bundle
from sluice_models.recipe import DEFAULTS, DENOISER, FACTS, HELD_OUT_PICTURES, PLANS, TRAINING_PICTURES
from sluice_models.samplers import ClassifierFree, full_weights, sample_ddpm, to_pixels
from sluice_models.scenes_recipe import HELD_OUT_SCENES, JUDGE, JUDGE_PLAN, JUDGE_SCENES, SEEN_SCENES, TRAINING_SCENES, judged_prompts
from sluice_models.training import classifier_trainer, denoiser_trainer, run, trained

JUDGES = ("guide", "auditor")
NOISE_LEVELS = (0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 999)
ALL_PLANS = PLANS | {JUDGE: JUDGE_PLAN}
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
    plan = ALL_PLANS[arguments.module]
    if arguments.steps:
        plan = dataclasses.replace(plan, steps=arguments.steps)
    pictures, device = JUDGE_SCENES if arguments.module == JUDGE else TRAINING_PICTURES, torch.device(arguments.device)
    pool = pictures.load(arguments.work)
    checkpoint = arguments.work / f"{arguments.module}.ckpt"
    replicas = arguments.threads if device.type == "cpu" else 1
    torch.set_num_threads(1)
    if arguments.module == DENOISER:
        trainer = denoiser_trainer(configs.GLYPHS_DENOISER, plan, pool, device, replicas)
        run(trainer, checkpoint, lambda ema, step: sample_sheet(ema, step, arguments.work))
    elif arguments.module == JUDGE:
        run(judge_trainer(plan, pool, device, replicas), checkpoint)
    else:
        run(classifier_trainer(configs.GLYPHS_CLASSIFIER, plan, pool, device, replicas), checkpoint)


def sample_sheet(denoiser: torch.nn.Module, step: int, work: Path) -> None:
    """Every 1,000 training steps: five pictures a class by 30 respaced steps, classifier-free scale 2, in one sheet."""
    if step % 1_000:
        return
    classes = torch.arange(len(CLASSES)).repeat(5)
    guidance = ClassifierFree(copy.deepcopy(denoiser).cpu().eval(), configs.NULL_CLASS, scale=2.0)
    x = sample_ddpm(guidance, Process(Schedule.cosine(30)), classes, full_weights(30), torch.Generator().manual_seed(0))
    write_png(work / f"samples-{step:06d}.png", grid(to_pixels(x).numpy(), columns=len(CLASSES)))


def pack(arguments: argparse.Namespace) -> None:
    denoiser, steps = trained(Denoiser(configs.GLYPHS_DENOISER), arguments.work / f"{DENOISER}.ckpt")
    classifiers = {
        judge: trained(NoisyClassifier(configs.GLYPHS_CLASSIFIER), arguments.work / f"{judge}.ckpt") for judge in JUDGES
    }
    training = {
        "recipe": "sluice_models/recipe.py: render; train denoiser, guide, auditor; pack",
        "steps": steps,
        "seed": PLANS[DENOISER].seed,
        **{f"{judge}Steps": judge_steps for judge, (_, judge_steps) in classifiers.items()},
        **{f"{judge}Seed": PLANS[judge].seed for judge in JUDGES},
    }
    modules = {
        DENOISER: DenoiserModule(denoiser),
        "guide": GuideModule(classifiers["guide"][0]),
        "auditor": AuditorModule(classifiers["auditor"][0]),
    }
    export_bundle(arguments.bundle, modules, FACTS, training)
    print(f"{arguments.bundle}: denoiser trained for {steps} steps")


def evaluate(arguments: argparse.Namespace) -> None:
    plan = SamplingPlan(
        arguments.guidance, arguments.scale, arguments.steps, arguments.guided or arguments.steps, arguments.seed
    )
    classes = torch.arange(arguments.images) % len(CLASSES)
    pixels = sample_classes(arguments.bundle, plan, classes)
    for judge in JUDGES:
        print(f"{plan}: {judge} finds the class in {hit_rate(arguments.bundle, judge, pixels, classes)}", flush=True)
    if arguments.per_class:
        for name, rate in per_class(arguments.bundle, "auditor", pixels, classes).items():
            print(f"  {name:<6}{rate}")
    if arguments.sheet:
        write_png(arguments.sheet, grid(pixels[:200].numpy(), columns=2 * len(CLASSES)))


def accuracy(arguments: argparse.Namespace) -> None:
    held_out = HELD_OUT_PICTURES.load(arguments.work)
    for judge in JUDGES:
        for level, rate in noisy_accuracy(arguments.bundle, judge, held_out, NOISE_LEVELS).items():
            print(f"{judge:<8}  {level:<7}  {rate}", flush=True)


def judge(arguments: argparse.Namespace) -> None:
    network, steps = trained(SceneReader(), arguments.work / f"{JUDGE}.ckpt")
    training = {"recipe": "sluice_models/scenes_recipe.py: render; train judge; judge", "steps": steps, "seed": JUDGE_PLAN.seed}
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
    """A row per class, three blocks: the class given without guidance, classifier-free, classifier on the null class."""
    defaults, each = read_description(arguments.bundle)["defaults"], 6
    classes = torch.arange(len(CLASSES)).repeat_interleave(each)
    arms = (("cfg", 1.0), ("cfg", defaults["classifierFreeScale"]), ("classifier", defaults["classifierScale"]))
    steps = defaults["steps"]
    blocks = [sample_classes(arguments.bundle, SamplingPlan(name, scale, steps, steps, seed=7), classes) for name, scale in arms]
    rows = np.concatenate([block.reshape(len(CLASSES), each, *block.shape[1:]) for block in blocks], axis=1)
    pictures = rows.reshape(-1, *rows.shape[2:])
    write_png(arguments.bundle / "contact-sheet.png", grid(pictures, columns=each * len(arms), block=each), enlarge=2)


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
    whole.add_argument("--bundle", type=Path, default=Path("bundles/glyphs-adm"), help="default: bundles/glyphs-adm")
    whole.add_argument("--threads", type=int, default=2, help="CPU threads (default: 2)")
    commands = whole.add_subparsers(required=True, metavar="command")

    def command(action: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(action.__name__.replace("_", "-"), help=text, description=text)
        added.set_defaults(action=action)
        return added

    drawing = command(render, "draw the training and the held-out pictures, and a sheet of each")
    drawing.add_argument("--data", choices=list(DATA), default="glyphs", help="default: glyphs")
    training = command(train, "train one network, resuming from its checkpoint if there is one")
    training.add_argument("module", choices=list(ALL_PLANS))
    training.add_argument("--steps", type=int, help=f"default: {', '.join(f'{name} {plan.steps}' for name, plan in ALL_PLANS.items())}")
    training.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    command(pack, "script the trained networks into the bundle, checking each script against its network")
    sampling = command(evaluate, "sample pictures and print how often each classifier finds the asked class in them")
    sampling.add_argument("--guidance", choices=("none", "cfg", "classifier"), default="cfg", help="default: cfg; none: null class")
    sampling.add_argument("--scale", type=float, default=DEFAULTS.classifier_free_scale, help="s; cfg 1: the conditional model alone")
    sampling.add_argument("--steps", type=int, default=DEFAULTS.steps, help=f"respaced sampling steps (default: {DEFAULTS.steps})")
    sampling.add_argument("--guided", type=int, help="guide this many steps only, evenly spread and weighted by their gap")
    sampling.add_argument("--images", type=int, default=1_000, help="pictures, the classes in turn (default: 1000)")
    sampling.add_argument("--seed", type=int, default=100_000, help="of the sampling noise (default: 100000)")
    sampling.add_argument("--per-class", action="store_true", help="also print the auditor's rate per class")
    sampling.add_argument("--sheet", type=Path, help="write the first 200 pictures to this PNG")
    command(accuracy, "print both classifiers' accuracy on held-out pictures, by noise level")
    judging = command(judge, "script the trained judge of scenes, and print how often it is right about pictures it has not seen")
    judging.add_argument("--judge", type=Path, default=Path("judges/scenes"), help="the folder to write (default: judges/scenes)")
    command(sheet, "draw the bundle's contact sheet at its default scales")
    untrained = command(random_bundle, "write a bundle of random weights, for timing alone")
    untrained.add_argument("--out", type=Path, required=True, help="the folder to write")
    untrained.add_argument("--parameters", type=int, default=20_000_000, help="at least so many in the denoiser (default: 20000000)")
    untrained.add_argument("--seed", type=int, default=1, help="of the weights (default: 1)")
    untrained.add_argument("--name", default="random-adm-20m", help="default: random-adm-20m")
    untrained.add_argument("--half", action="store_true", help="fp16 inside the scripts, fp32 at their boundary")
    export_command.add_arguments(command(export_command.export, "turn a public checkpoint into a bundle; see docs/models.md"))
    command(verify, "check the bundle's checksums, parameter counts and module contracts")
    return whole


def main() -> None:
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.action(arguments)
