"""The brokers there are, by URL; each is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import field, frozen
from dramatiq import Broker
from dramatiq.errors import BrokerError

#: What keys and queues of ours begin with.
NAMESPACE: Final = "hexflows"

#: Seconds to wait for a sign of life.
PATIENCE: Final = 2.0


@frozen
class Connection:
    """A broker, and what its client raises when it does not answer."""

    broker: Broker
    lost: tuple[type[Exception], ...]
    #: Asks it for a sign of life; raises one of `lost` after a while without.
    ping: Callable[[], object] = field(default=lambda: None)

    def answers(self) -> bool:
        """Say whether it does. One that cannot be asked is taken to."""
        try:
            self.ping()
        except self.lost:
            return False
        return True


def connect(url: str | None, *, namespace: str = NAMESPACE) -> Connection:
    """Return the broker at *url*, without asking it anything yet; None for the one inside of this process."""
    # The rows alone decide on another try, and a job may take its time: dramatiq's own retries and limits stay out.
    if url is None:
        from .inprocess import InProcessBroker

        return Connection(InProcessBroker(), (BrokerError,))

    scheme = url.partition("://")[0]
    if scheme in {"amqp", "amqps"}:
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return Connection(RabbitmqBroker(url=url, middleware=[], confirm_delivery=True), (BrokerError,))

    if scheme == "sqs":
        return _sqs(url, namespace)

    from dramatiq.brokers.redis import RedisBroker
    from redis import Redis, RedisError

    broker = RedisBroker(url=url, middleware=[], namespace=namespace)  # type: ignore[no-untyped-call]
    # Consumers wait on a connection for long; who only asks for a sign of life does not.
    asking = Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
    return Connection(broker, (BrokerError, RedisError), asking.ping)


def _sqs(url: str, namespace: str) -> Connection:
    """Return the broker on Amazon SQS: ``sqs://`` for the region and keys of the environment, or ``sqs://REGION``."""
    from botocore.exceptions import BotoCoreError, ClientError
    from dramatiq_sqs import SQSBroker

    region = url.partition("://")[2].strip("/") or None
    broker = SQSBroker(namespace=namespace, middleware=[], region_name=region)
    return Connection(broker, (BrokerError, BotoCoreError, ClientError))
