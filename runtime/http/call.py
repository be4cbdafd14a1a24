"""A request in the hands of a route: who calls, and the conventions of the route's kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from kernel.clock import legal_day
from kernel.problems import Language
from runtime.auth.principal import Principal
from runtime.batch import Batch
from runtime.database import Write
from runtime.http.declaration import Declaration, UnitRule
from runtime.http.refusals import EpochChanged, MatchFailed
from runtime.http.request_once import Made, Sent, once
from runtime.reference import Actor, Look, ReferenceView
from runtime.service import Service
from runtime.webhooks.incoming import Sender

if TYPE_CHECKING:
    from runtime.database.revision import Revision

T = TypeVar("T")
R = TypeVar("R")


class ConventionBroken(Exception):
    """A route did not do what its declaration promises. A defect, found by the first request in a test."""


@dataclass(kw_only=True)
class OpenCall:
    """What every route gets, also one that asks for no token."""

    request: Request
    response: Response
    service: Service
    language: Language
    declaration: Declaration
    look: Look
    """A look at the database after the request came."""
    arrived_at: datetime = field(init=False)
    """The instant of the act: before any waiting for the writer's turn, which is ours and not the caller's."""

    def __post_init__(self) -> None:
        self.arrived_at = self.service.clock.now()

    @property
    def reference(self) -> ReferenceView:
        """Units and calendar."""
        return self.look.reference

    def make_sure_of_convention(self) -> None:
        """Check, when the route has answered, that it did what it declared. Of an open route nothing is asked."""

    def answered_with(self, made: Made) -> UUID:
        """Return the id of what a request made, and say in the answer whether it was made before."""
        if made.repeated:
            self.response.headers["Idempotent-Replayed"] = "true"
        return UUID(made.resource)


@dataclass(kw_only=True)
class OpenCreateCall(OpenCall):
    """A POST that creates, by anybody. All share one client: keys are random, so that nobody meets another's."""

    sent: Sent

    async def once(self, effect: Callable[[Write], Awaitable[UUID]], *, about: UUID | None = None) -> UUID:
        """Create the resource unless this request was here before; return its id either way.

        `about` says for what it is created where no path says it: the same key for something else is another request.
        """
        sent = self.sent if about is None else self.sent._replace(client=f"{self.sent.client}:{about}")

        async def as_text(tx: Write) -> str:
            return str(await effect(tx))

        return self.answered_with(await self.service.database.write(lambda tx: once(tx, sent, as_text)))


@dataclass(kw_only=True)
class SignedCall(OpenCall):
    """A POST that creates, signed by a known sender. Its `webhook-id` is its idempotency key."""

    sender: Sender
    sent: Sent
    body: bytes
    """As it was signed: whatever is in it."""


@dataclass(kw_only=True)
class Call(OpenCall):
    """What a route gets from a caller with a token."""

    principal: Principal
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        today = legal_day(self.arrived_at)
        self.actor = Actor(self.principal.client_id, self.principal.unit, self.reference.tree, today)
        if self.principal.handles_referrals:
            self.actor.must_not_enforce()

    def make_sure_of_convention(self) -> None:
        """Check, when the route has answered, that it made the checks it declared.

        Raises:
            ConventionBroken: It made none.
        """
        if self.declaration.units is not UnitRule.ANY and not self.actor.has_checked:
            raise ConventionBroken(f"{self.declaration.name} declares a unit rule and checks none")

    async def write(self, effect: Callable[[Write], Awaitable[T]]) -> T:
        """Run an effect in a write transaction, which commits only if the declared checks were made in it."""

        async def checked(tx: Write) -> T:
            result = await effect(tx)
            self.make_sure_of_convention()
            return result

        return await self.service.database.write(checked)


@dataclass(kw_only=True)
class CreateCall(Call):
    """A POST that creates: it carries an idempotency key."""

    sent: Sent
    is_once: bool = False
    """Whether it creates as it must, and not by a plain `write`."""

    async def once(self, effect: Callable[[Write], Awaitable[UUID]]) -> UUID:
        """Create the resource unless this request was here before; return its id either way.

        The route then builds its answer from the resource, and from what never changes in it.
        """

        async def as_text(tx: Write) -> str:
            return str(await effect(tx))

        async def numbered(tx: Write) -> Made:
            made = await once(tx, self.sent, as_text)
            # A repeated request changes nothing, and was checked when it was first sent.
            self.actor.has_checked |= made.repeated
            return made

        self.is_once = True
        return self.answered_with(await self.write(numbered))

    async def once_among(self, batch: Batch[T, R], item: T) -> R:
        """Create the resource in one transaction with others; return what the batch says of it.

        The declared checks come before: what is in the queue is taken. `item` carries this call's `sent`, and the
        batch's work looks at it.
        """
        self.is_once = True
        self.make_sure_of_convention()
        return await batch.run(item)

    def make_sure_of_convention(self) -> None:
        super().make_sure_of_convention()
        if not self.is_once:
            raise ConventionBroken(f"{self.declaration.name} creates without `call.once`")


@dataclass(kw_only=True)
class EditCall(Call):
    """A change of something that exists: it names the version it was made from."""

    if_match: str
    matched: bool = False

    def must_match(self, version: int) -> None:
        """Make sure, inside the transaction, that the caller has seen the current version.

        Raises:
            MatchFailed: Somebody changed it since.
        """
        self.matched = True
        current = etag_of(version)
        # RFC 9110, 13.1.1: any one of a list, or `*`; a weak tag never matches.
        if not {current, "*"} & {tag.strip() for tag in self.if_match.split(",")}:
            raise MatchFailed(current=current, sent=self.if_match)

    def make_sure_of_convention(self) -> None:
        super().make_sure_of_convention()
        if not self.matched:
            raise ConventionBroken(f"{self.declaration.name} edits without `call.must_match`")


@dataclass(kw_only=True)
class ListCall(Call):
    """A list: a page of it, or what changed after a revision."""

    limit: int
    cursor: str | None
    after: int | None
    epoch: UUID | None

    def must_be_of(self, revision: Revision) -> None:
        """Make sure that the numbers which the caller follows are of this database's history.

        Raises:
            EpochChanged: The database was restored since.
        """
        if self.epoch is not None and self.epoch != revision.epoch:
            raise EpochChanged(epoch=str(revision.epoch))


def etag_of(version: int) -> str:
    """Return the strong ETag of a resource's version."""
    return f'"{version}"'
