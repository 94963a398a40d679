"""
A dramatiq broker inside of one process.

It is the broker of the embedded default: relay and actors live in the same worker
process, and the jobs' rows are what lasts. So it keeps messages in memory, as objects,
and forgets those that fail. (dramatiq's own `StubBroker` keeps them, with their
exceptions, for tests to look at.)
"""

from __future__ import annotations

from collections.abc import Iterable
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore
from typing import Any, TypeAlias

from dramatiq import Broker, Message, MessageProxy
from dramatiq.broker import Consumer
from dramatiq.common import current_millis, dq_name
from dramatiq.errors import QueueNotFound

Messages: TypeAlias = "SimpleQueue[Message[Any]]"


class InProcessBroker(Broker):
    """Hands messages from the threads that send to the threads that work. What is not done when we end is forgotten."""

    def __init__(self) -> None:
        super().__init__(middleware=[])
        self.queues: dict[str, Messages] = {}

    def declare_queue(self, queue_name: str) -> None:
        if queue_name in self.queues:
            return
        self.emit_before("declare_queue", queue_name)
        self.queues[queue_name] = SimpleQueue()
        self.emit_after("declare_queue", queue_name)
        delayed = dq_name(queue_name)
        self.queues[delayed] = SimpleQueue()
        self.delay_queues.add(delayed)
        self.emit_after("declare_delay_queue", delayed)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        if delay is not None:
            # The worker puts it into the queue proper when its time has come.
            options = {**message.options, "eta": current_millis() + delay}
            message = message.copy(queue_name=dq_name(message.queue_name), options=options)
        queue = self._queue(message.queue_name)
        self.emit_before("enqueue", message, delay)
        queue.put(message)
        self.emit_after("enqueue", message, delay)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 100) -> Consumer:
        return _Taking(self._queue(queue_name), prefetch, timeout / 1000)

    def flush(self, queue_name: str) -> None:
        for name in (queue_name, dq_name(queue_name)):
            self.queues[name] = SimpleQueue()

    def flush_all(self) -> None:
        for name in self.get_declared_queues() - self.delay_queues:
            self.flush(name)

    def _queue(self, name: str) -> Messages:
        try:
            return self.queues[name]
        except KeyError:
            raise QueueNotFound(name) from None  # type: ignore[no-untyped-call]


class _Taking(Consumer):
    """Takes messages off one queue, so many at most before it hears that one is done."""

    def __init__(self, queue: Messages, prefetch: int, timeout: float) -> None:
        self.queue = queue
        self.timeout = timeout
        self.room = BoundedSemaphore(prefetch)

    def __next__(self) -> MessageProxy | None:
        if not self.room.acquire(timeout=self.timeout):
            return None
        try:
            return MessageProxy(self.queue.get(timeout=self.timeout))
        except Empty:
            self.room.release()
            return None

    def ack(self, _message: MessageProxy) -> None:
        self.room.release()

    def nack(self, _message: MessageProxy) -> None:
        self.room.release()

    def requeue(self, _messages: Iterable[MessageProxy]) -> None:
        """Forget them: the worker ends, and their rows are as they were."""
