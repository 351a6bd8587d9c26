"""What the use cases need from whoever wires them: decisions, the engine, the cache and the rules on files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from lsp_router.assist.moment import Moment
from lsp_router.config.schema import Settings
from lsp_router.context.gather import Gatherer
from lsp_router.context.privacy import Ruling
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Model
from lsp_router.domain.task import Work
from lsp_router.domain.wire import Prompt
from lsp_router.embedded.feedback import Outcome
from lsp_router.engine.execute import Engine
from lsp_router.engine.order import Order
from lsp_router.prompts.library import Library
from lsp_router.store.cache import Cache
from lsp_router.store.entry import Feedback

if TYPE_CHECKING:
    from lsp_router.embedded.guess.answer import Suggestion as Recollection


class Offline(Protocol):
    """The embedded tier on this workspace."""

    def suggest(self, moment: Moment) -> Recollection | None:
        """What comes at the cursor, if the project says so surely enough; bounded to a few milliseconds."""
        ...

    async def catch_up(self, moment: Moment) -> None:
        """Returns when the document is read as it is now, or when that takes too long to be waited for."""
        ...

    def learn(self, language: str, outcome: Outcome) -> None:
        """What became of a suggestion makes it speak more readily, or less."""
        ...


class Kitchen(Protocol):
    """The app, as far as use cases may see it."""

    @property
    def settings(self) -> Settings: ...

    @property
    def engine(self) -> Engine: ...

    @property
    def library(self) -> Library: ...

    @property
    def gatherer(self) -> Gatherer: ...

    @property
    def project(self) -> str:
        """The root of the workspace; empty without one."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether the workspace's own configuration, which may be code, may be run."""
        ...

    @property
    def models(self) -> tuple[Model, ...]:
        """Everybody who is configured, usable or not."""
        ...

    @property
    def environ(self) -> Mapping[str, str]: ...

    @property
    def offline(self) -> Offline: ...

    def cache(self) -> Cache: ...

    def decide(self, work: Work, recalled: float | None = None) -> Decision:
        """`recalled` is how sure the embedded tier is of what it has for this request."""
        ...

    def order(
        self,
        decision: Decision,
        work: Work,
        prompt_for: Callable[[Model], Prompt],
        *,
        request: str = "",
        keep_partial: bool = False,
    ) -> Order: ...

    def takes_files(self, model: Model) -> bool:
        """Whether the model's endpoint has a field of its own for other files."""
        ...

    def measured_ms(self, model: Model) -> float | None:
        """How soon a model usually begins to answer; None when that was never seen."""
        ...

    def judge(self, path: str) -> Ruling:
        """What may be done with a file, by its path in the workspace."""
        ...

    def react(self, feedback: Feedback) -> None:
        """Writes to the ledger what the user made of an answer."""
        ...

    def conclude(self, served: Served, work: Work) -> None:
        """Several booked tries were one piece of work: its gates and what became of each try are known now."""
        ...

    def note(self, served: Served, work: Work) -> None:
        """Books what no model was asked for: an answer of the cache."""
        ...
