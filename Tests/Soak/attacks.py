"""Attacks on the hooks. An attack is a delivery that would deploy, except that one thing about it is wrong."""

import senders
from senders import MAIN

ALL = []


class Attack:
    """A kind of request, the function that makes such requests, and the allowed answers."""

    def __init__(self, name, allowed, make, senders, shared, on_socket):
        self.name, self.allowed, self.make = name, allowed, make
        self.senders, self.shared, self.on_socket = senders, shared, on_socket


def attack(name, *allowed, among=lambda sender: True, shared=False, on_socket=False):
    """Registers the decorated function as an attack.

    allowed: the allowed answers, none of which deploys; every answer if empty.
    among: selects the senders of the attack.
    shared: whether the attack makes sense only at the shared hook.
    on_socket: whether the attack goes to Bellpull's socket instead of nginx."""
    def register(make):
        ALL.append(Attack(name, allowed, make, [*filter(among, senders.ALL)], shared, on_socket))
        return make
    return register


class Aim:
    """The ingredients of an attack: a random generator, a sender, and a hook whose site is not at `commit` yet."""

    def __init__(self, chance, sender, site, target, secret, other_secret):
        self.chance, self.sender, self.target = chance, sender, target
        self.repository, self.commit = site.repository, site.newest
        self.secret, self.other_secret = secret, other_secret

    def push(self, ref=MAIN, repository=None, commit=None, gone=False, **how):
        """Returns a push with a valid signature, which would deploy."""
        commit = self.commit if commit is None else commit
        repository = self.repository if repository is None else repository
        return self.signed(self.sender.body(repository, ref, commit, gone), **how)

    def signed(self, body, secret=None, **how):
        """Returns a delivery of `body` with a valid signature."""
        secret = self.secret if secret is None else secret
        return self.sender.request(self.chance, body, secret, **how).to(self.target)

    @property
    def decoy(self):
        """A delivery that never deploys: without a valid signature, or of a branch that no site follows."""
        request = self.push(ref="refs/heads/decoy")
        return request if self.chance.random() < 0.5 else request.put(self.sender.proof, "x")

    def bytes(self, least, most):
        return self.chance.randbytes(self.chance.randint(least, most))

    def text(self, least, most, alphabet):
        return "".join(self.chance.choices(alphabet, k=self.chance.randint(least, most)))
