"""What is thrown at the hooks. An attack is one thing that is wrong with what would otherwise deploy."""

import senders
from senders import MAIN

ALL = []


class Attack:
    """A kind of request, how it is made and what may be answered."""

    def __init__(self, name, allowed, make, senders, shared, on_socket):
        self.name, self.allowed, self.make = name, allowed, make
        self.senders, self.shared, self.on_socket = senders, shared, on_socket


def attack(name, *allowed, among=lambda sender: True, shared=False, on_socket=False):
    """Makes an attack of the function that follows.

    allowed: the answers that may be given, none of which deploys; any, if there is none here.
    among: which senders it is made for.
    shared: whether it makes sense only at the hook that sites share.
    on_socket: whether it goes to Bellpull's own socket, past nginx."""
    def register(make):
        ALL.append(Attack(name, allowed, make, [*filter(among, senders.ALL)], shared, on_socket))
        return make
    return register


class Aim:
    """What an attack is made of: chance, a sender, and the hook at `target` with a site behind it that lacks `commit`."""

    def __init__(self, chance, sender, site, target, secret, other_secret):
        self.chance, self.sender, self.target = chance, sender, target
        self.repository, self.commit = site.repository, site.newest
        self.secret, self.other_secret = secret, other_secret

    def push(self, ref=MAIN, repository=None, commit=None, gone=False, **how):
        """A push, proven; as it is it would deploy."""
        commit = self.commit if commit is None else commit
        repository = self.repository if repository is None else repository
        return self.signed(self.sender.body(repository, ref, commit, gone), **how)

    def signed(self, body, secret=None, **how):
        """A delivery of any body, proven."""
        secret = self.secret if secret is None else secret
        return self.sender.request(self.chance, body, secret, **how).to(self.target)

    @property
    def decoy(self):
        """A delivery that nothing comes of, whatever else is in it: unproven, or of a branch that no site follows."""
        request = self.push(ref="refs/heads/decoy")
        return request if self.chance.random() < 0.5 else request.put(self.sender.proof, "x")

    def bytes(self, least, most):
        return self.chance.randbytes(self.chance.randint(least, most))

    def text(self, least, most, alphabet):
        return "".join(self.chance.choices(alphabet, k=self.chance.randint(least, most)))
