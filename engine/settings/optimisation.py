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
        help="Passes over the training part. More take longer and may overfit. "
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
        title="Accumulation",
        help="Passes gathered before the weights change. The effective batch is the batch size "
        "times this. Try 4 where memory is short.",
        level="common",
        group="Length and batches",
        unit="passes",
    )
    method: Method = setting(
        "full",
        title="Method",
        help="What learns. full: everything. head: the classifier. features: the classifier on "
        "features computed once, the fastest. last_blocks: the last blocks. adapters: small "
        "added layers. Try features for a first answer.",
        level="common",
        group="What learns",
    )
    last_blocks: int = setting(
        4,
        ge=1,
        le=1000,
        title="Last blocks",
        help="How many blocks learn, counted from the classifier. More adapt better and take "
        "more memory. Try 4.",
        level="common",
        group="What learns",
        unit="blocks",
        used_when=(when_is("training.method", "last_blocks"),),
    )
    classifier_start: Start = setting(
        "keep",
        title="Classifier starts from",
        help="keep: the weights file's classifier, or zeros. new: zeros. class_means: the mean "
        "features of each species. discriminant: means weighed by how features vary. "
        "Try class_means with published weights.",
        level="more",
        group="What learns",
    )
    stages: tuple["StageSettings", ...] = setting(
        (),
        title="Stages",
        help="Stages trained in order, each with settings of its own; empty means one stage. "
        "Try the classifier first, then all. A stage has a name and, for example, epochs, "
        "method, learning_rate, image_size.",
        level="more",
        group="What learns",
    )
    optimiser: OptimiserName = setting(
        "adamw",
        title="Optimiser",
        help="How gradients change the weights. Keep adamw for transformers; sgd with a learning "
        "rate a hundred times as high is usual for convolutional networks.",
        level="expert",
        group="Learning rate",
    )
    learning_rate: float = setting(
        5e-5,
        gt=0,
        le=10,
        title="Learning rate",
        help="Peak learning rate. Too high diverges, too low learns slowly. Try 5e-5 to "
        "fine-tune, 1e-3 for a classifier alone.",
        level="common",
        group="Learning rate",
    )
    backbone_rate: float = setting(
        1.0,
        gt=0,
        le=1,
        title="Backbone learning rate",
        help="Learning rate of all but the classifier, as a share. Pretrained weights need "
        "smaller steps than a new classifier. Try 0.1.",
        level="more",
        group="Learning rate",
        step=0.1,
        used_when=_OLD_WEIGHTS_LEARN,
    )
    schedule: ScheduleName = setting(
        "cosine",
        title="Schedule",
        help="How the learning rate falls after the warm-up. Try cosine first.",
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
        "Try more where the loss jumps at first.",
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
        help="Learning rate of each layer as a share of the next layer's. Lower values protect "
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
        title="Averaging of weights",
        help="Judge and keep a moving average of the weights (EMA) with this decay. It often "
        "gains a little in long trainings. Try 0.999; 0 is none.",
        level="more",
        group="Regularisation",
        step=0.001,
    )
    weight_decay: float = setting(
        0.05,
        ge=0,
        le=1,
        title="Weight decay",
        help="How strongly weights are pulled to zero. More slows overfitting. "
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
        help="Probability shared among the other species. More tolerates wrong labels. Try 0.1, "
        "or 0 with logit_adjusted.",
        level="more",
        group="Regularisation",
        step=0.05,
    )
    loss: LossName = setting(
        "cross_entropy",
        title="Loss",
        help="logit_adjusted and balanced_softmax favour rare species (the long tail). focal "
        "weighs hard photographs more. Try logit_adjusted for unequal counts.",
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
        help="How much focal plays down easy photographs. 0 is plain cross-entropy. Try 2.",
        level="common",
        group="Rare species",
        step=0.5,
        used_when=(when_is("training.loss", "focal"),),
    )
    sampling: SamplerName = setting(
        "uniform",
        title="Sampling",
        help="Which photographs an epoch draws. uniform: each once. balanced: every species "
        "equally often. square_root: in between. Change loss or sampling, not both.",
        level="more",
        group="Rare species",
    )
    patience: int | None = setting(
        None,
        ge=1,
        title="Patience",
        help="End a stage early after this many epochs without a better macro top-1. "
        "Empty means never. Try 5.",
        level="more",
        group="Length and batches",
        unit="epochs",
    )
    temperature_scaling: bool = setting(
        True,
        title="Calibrate probabilities",
        help="At the end, fit one temperature on the validation part. Probabilities then match "
        "how often they are right. Leave it on.",
        level="expert",
        group="Validation",
    )
    clip_norm: float | None = setting(
        1.0,
        gt=0,
        title="Gradient clipping",
        help="Largest gradient norm of a step. Lower values survive unusual batches. "
        "Empty means no limit. Try 1.",
        level="expert",
        group="Learning rate",
    )
    frozen_statistics: bool = setting(
        False,
        title="Freeze batch statistics",
        help="Keep the pretrained means and variances of batch normalisation. Try it with small "
        "batches. A vision transformer has none.",
        level="expert",
        group="What learns",
        used_when=_NETWORK_LEARNS,
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = setting(
        "auto",
        title="Precision",
        help="Arithmetic of the network. 16 bits halve time and memory on a GPU. "
        "auto chooses what the device supports.",
        level="expert",
        group="Machine",
    )
    device: Literal["auto", "cpu", "cuda"] = setting(
        "auto",
        title="Device",
        help="Where to train. auto takes a GPU if there is one.",
        level="more",
        group="Machine",
    )
    gradient_checkpointing: bool = setting(
        False,
        title="Recompute activations",
        help="Gradient checkpointing: about half the memory, a third slower. "
        "Try it where a batch does not fit.",
        level="more",
        group="Machine",
        used_when=_NETWORK_LEARNS,
    )
    fit_memory: bool = setting(
        True,
        title="Fit memory",
        help="Take a trial step on a GPU, and use smaller passes where memory is short. "
        "The effective batch stays. Leave it on.",
        level="expert",
        group="Machine",
        used_when=(when_not("training.device", "cpu"),),
    )
    compile: bool = setting(
        False,
        title="Compile",
        help="Let torch.compile optimise the network: minutes at the start, faster after. "
        "It needs a C++ compiler.",
        level="expert",
        group="Machine",
    )
    processes: int = setting(
        1,
        ge=1,
        le=256,
        title="Training processes",
        help="Training processes on this machine, one for each GPU. They share each batch.",
        level="expert",
        group="Machine",
    )
    threads: int | None = setting(
        None,
        ge=1,
        le=1024,
        title="CPU threads",
        help="Threads of each process that trains on a CPU. Empty means a short trial chooses. "
        "With a number, runs repeat exactly.",
        level="expert",
        group="Machine",
        used_when=(when_not("training.device", "cuda"),),
    )
    seed: int = setting(
        42,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        help="Seed of everything random. Another seed shows how much a result varies.",
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
        group="Records",
        unit="steps",
    )
    checkpoint_every: int = setting(
        500,
        ge=1,
        title="Checkpoint every",
        help="Steps between two checkpoints inside an epoch. A power cut loses at most these.",
        level="expert",
        group="Records",
        unit="steps",
        step=100,
    )
    tensorboard: bool = setting(
        False,
        title="TensorBoard",
        help="Also write the curves as TensorBoard event files, in the run's folder tensorboard.",
        level="expert",
        group="Records",
    )
    stop_after_steps: int | None = setting(
        None,
        ge=1,
        title="Stop after steps",
        help="Finish after this many steps; empty means all epochs. Try 20 for a test.",
        level="expert",
        group="Length and batches",
        unit="steps",
    )


if TYPE_CHECKING:
    StageSettings = BaseStageSettings
else:
    StageSettings = stage_of(TrainingSettings)
    TrainingSettings.model_rebuild()
