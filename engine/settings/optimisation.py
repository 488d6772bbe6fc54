"""How the network is trained."""

from typing import TYPE_CHECKING, Literal

from engine.settings.base import Settings
from engine.settings.fields import setting, when_is, when_not
from engine.settings.stage import (
    BaseStageSettings,
    LossName,
    Method,
    OptimiserName,
    SamplerName,
    ScheduleName,
    Start,
    stage_of,
)

_OLD_WEIGHTS_LEARN = (when_is("training.method", "full", "last_blocks"),)
_NETWORK_LEARNS = (when_not("training.method", "head", "features"),)


class TrainingSettings(Settings):
    epochs: int = setting(
        20,
        ge=1,
        le=10_000,
        title="Epochs",
        help="Passes over the training photographs. More take longer and may overfit. "
        "Try 20 for fine-tuning.",
        level="common",
        group="Length and batches",
    )
    batch_size: int = setting(
        8,
        ge=1,
        le=4096,
        title="Batch size",
        help="Photographs in one forward and backward pass. More is faster and takes more "
        "memory. Try the largest that fits.",
        level="common",
        group="Length and batches",
        unit="photographs",
    )
    accumulation: int = setting(
        1,
        ge=1,
        le=1024,
        title="Gradient accumulation",
        help="Passes added up before the weights change. The effective batch is the batch size "
        "times this. Try 4 if memory is short.",
        level="common",
        group="Length and batches",
        unit="passes",
    )
    method: Method = setting(
        "full",
        title="Method",
        help="What is trained. full: everything. head: the classifier. features: the classifier "
        "on features computed once, the fastest. last_blocks: the last blocks. adapters: small "
        "added layers. Try features for a first result.",
        level="common",
        group="What is trained",
    )
    last_blocks: int = setting(
        4,
        ge=1,
        le=1000,
        title="Last blocks",
        help="How many blocks are trained, counted from the classifier. More adapt better and "
        "take more memory. Try 4.",
        level="common",
        group="What is trained",
        unit="blocks",
        used_when=(when_is("training.method", "last_blocks"),),
    )
    classifier_start: Start = setting(
        "keep",
        title="Classifier starts from",
        help="keep: the classifier of the weights file, or zeros. new: zeros. class_means: mean "
        "features of each species. discriminant: means weighted by how features vary. "
        "Try class_means with published weights.",
        level="more",
        group="What is trained",
    )
    stages: tuple["StageSettings", ...] = setting(
        (),
        title="Stages",
        help="Stages trained one after another, each with its own settings. Empty means one stage. "
        "Try the classifier first, then everything. A stage has a name and, for example, epochs, "
        "method, learning_rate, image_size.",
        level="more",
        group="What is trained",
    )
    optimiser: OptimiserName = setting(
        "adamw",
        title="Optimiser",
        help="How gradients change the weights. Try adamw for transformers. Convolutional networks "
        "often use sgd with a learning rate 100 times higher.",
        level="expert",
        group="Learning rate",
    )
    learning_rate: float = setting(
        5e-5,
        gt=0,
        le=10,
        title="Learning rate",
        help="Peak learning rate. Too high diverges, too low learns slowly. Try 5e-5 for "
        "fine-tuning, 1e-3 for a classifier alone.",
        level="common",
        group="Learning rate",
    )
    backbone_rate: float = setting(
        1.0,
        gt=0,
        le=1,
        title="Backbone learning rate",
        help="Learning rate of everything except the classifier, as a share. Pretrained weights "
        "need smaller steps than a new classifier. Try 0.1.",
        level="more",
        group="Learning rate",
        step=0.1,
        used_when=_OLD_WEIGHTS_LEARN,
    )
    schedule: ScheduleName = setting(
        "cosine",
        title="Schedule",
        help="How the learning rate falls after warm-up. Try cosine first.",
        level="expert",
        group="Learning rate",
    )
    min_learning_rate: float = setting(
        1e-6,
        ge=0,
        le=10,
        title="Final learning rate",
        help="Learning rate at the end of the schedule. It rarely matters. "
        "Try a hundredth of the peak or less.",
        level="expert",
        group="Learning rate",
    )
    warmup_epochs: float = setting(
        1.0,
        ge=0,
        title="Warm-up",
        help="Epochs in which the learning rate rises to its peak. "
        "Try more if the loss jumps at the start.",
        level="more",
        group="Learning rate",
        unit="epochs",
        step=0.5,
    )
    layer_decay: float = setting(
        1.0,
        gt=0,
        le=1,
        title="Layer decay",
        help="Learning rate of each layer as a share of the next layer's. Lower values preserve "
        "early layers. Try 0.75; 1 is the same for all.",
        level="more",
        group="Learning rate",
        step=0.05,
        used_when=_OLD_WEIGHTS_LEARN,
    )
    ema_decay: float = setting(
        0.0,
        ge=0,
        lt=1,
        title="Weight averaging (EMA)",
        help="Decay of the moving average of the weights that is validated and saved. It often "
        "helps a little in long runs. Try 0.999; 0 is off.",
        level="more",
        group="Regularisation",
        step=0.001,
    )
    weight_decay: float = setting(
        0.05,
        ge=0,
        le=1,
        title="Weight decay",
        help="How strongly weights are pulled to zero. More reduces overfitting. "
        "Try 0.05 for transformers.",
        level="more",
        group="Regularisation",
        step=0.01,
    )
    label_smoothing: float = setting(
        0.1,
        ge=0,
        lt=1,
        title="Label smoothing",
        help="Probability given to the other species. More tolerates wrong labels. Try 0.1, "
        "or 0 with logit_adjusted.",
        level="more",
        group="Regularisation",
        step=0.05,
    )
    loss: LossName = setting(
        "cross_entropy",
        title="Loss",
        help="logit_adjusted and balanced_softmax favour rare species. focal gives difficult "
        "photographs more weight. Try logit_adjusted for unequal counts.",
        level="common",
        group="Rare species",
    )
    logit_tau: float = setting(
        1.0,
        ge=0,
        le=5,
        title="Logit adjustment",
        help="How much logit_adjusted favours rare species. 0 is plain cross-entropy. Try 1.",
        level="common",
        group="Rare species",
        step=0.1,
        used_when=(when_is("training.loss", "logit_adjusted"),),
    )
    focal_gamma: float = setting(
        2.0,
        ge=0,
        le=10,
        title="Focal gamma",
        help="How much focal reduces the weight of easy photographs. 0 is plain cross-entropy. "
        "Try 2.",
        level="common",
        group="Rare species",
        step=0.5,
        used_when=(when_is("training.loss", "focal"),),
    )
    sampling: SamplerName = setting(
        "uniform",
        title="Sampling",
        help="Which photographs an epoch uses. uniform: each once. balanced: every species "
        "equally often. square_root: in between. Change the loss or this, not both.",
        level="more",
        group="Rare species",
    )
    patience: int | None = setting(
        None,
        ge=1,
        title="Early stopping",
        help="End a stage after this many epochs without a better macro top-1. "
        "Empty means never. Try 5.",
        level="more",
        group="Length and batches",
        unit="epochs",
    )
    temperature_scaling: bool = setting(
        True,
        title="Calibrate probabilities",
        help="Fit a temperature to the validation photographs at the end. A probability of 80% is "
        "then right 80% of the time. Leave it on.",
        level="expert",
        group="Validation",
    )
    clip_norm: float | None = setting(
        1.0,
        gt=0,
        title="Gradient clipping",
        help="Largest gradient norm of a step. Lower values are safer with unusual batches. "
        "Empty means no limit. Try 1.",
        level="expert",
        group="Learning rate",
    )
    frozen_statistics: bool = setting(
        False,
        title="Freeze batch statistics",
        help="Keep the pretrained means and variances of batch normalisation. Try it with small "
        "batches. Vision transformers have none.",
        level="expert",
        group="What is trained",
        used_when=_NETWORK_LEARNS,
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = setting(
        "auto",
        title="Precision",
        help="Number format of the network. 16 bits halve time and memory on a GPU. "
        "auto chooses what the device supports.",
        level="expert",
        group="Hardware",
    )
    device: Literal["auto", "cpu", "cuda"] = setting(
        "auto",
        title="Device",
        help="Where to train. auto uses a GPU if there is one.",
        level="more",
        group="Hardware",
    )
    gradient_checkpointing: bool = setting(
        False,
        title="Recompute activations",
        help="Gradient checkpointing: about half the memory, a third slower. "
        "Try it if a batch does not fit.",
        level="more",
        group="Hardware",
        used_when=_NETWORK_LEARNS,
    )
    fit_memory: bool = setting(
        True,
        title="Fit memory",
        help="Try a step on the GPU first, and use smaller passes if memory is short. "
        "The effective batch stays the same. Leave it on.",
        level="expert",
        group="Hardware",
        used_when=(when_not("training.device", "cpu"),),
    )
    compile: bool = setting(
        False,
        title="Compile",
        help="Optimise the network with torch.compile. It takes minutes at the start and is faster "
        "afterwards. It needs a C++ compiler.",
        level="expert",
        group="Hardware",
    )
    processes: int = setting(
        1,
        ge=1,
        le=256,
        title="Training processes",
        help="Training processes on this computer, one per GPU. Each adds a batch to every step.",
        level="expert",
        group="Hardware",
    )
    threads: int | None = setting(
        None,
        ge=1,
        le=1024,
        title="CPU threads",
        help="Threads of each process that trains on the CPU. Empty chooses by a short trial. "
        "With a number, runs repeat exactly.",
        level="expert",
        group="Hardware",
        used_when=(when_not("training.device", "cuda"),),
    )
    seed: int = setting(
        42,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        help="Seed of all random numbers. Try another seed to see how much a result varies.",
        level="more",
        group="Run",
    )
    log_every: int = setting(
        10,
        ge=1,
        le=100_000,
        title="Log every",
        help="Steps between two points of the training curves. Fewer show more detail.",
        level="expert",
        group="Logs and checkpoints",
        unit="steps",
    )
    checkpoint_every: int = setting(
        500,
        ge=1,
        title="Checkpoint every",
        help="Steps between two checkpoints within an epoch. A power cut loses at most this many.",
        level="expert",
        group="Logs and checkpoints",
        unit="steps",
        step=100,
    )
    tensorboard: bool = setting(
        False,
        title="TensorBoard",
        help="Also write the curves for TensorBoard, in the folder tensorboard of the run.",
        level="expert",
        group="Logs and checkpoints",
    )
    stop_after_steps: int | None = setting(
        None,
        ge=1,
        title="Stop after steps",
        help="Finish after this many steps. Empty means all epochs. Try 20 for a quick test.",
        level="expert",
        group="Length and batches",
        unit="steps",
    )


if TYPE_CHECKING:
    StageSettings = BaseStageSettings
else:
    StageSettings = stage_of(TrainingSettings)
    TrainingSettings.model_rebuild()
