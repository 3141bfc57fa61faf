"""Replace the ``forward`` of an upstream class by a vendor's, by platform, once it was shown to compute the same.

Only the method is exchanged: parameters, ``state_dict`` and pickled checkpoints stay upstream's.
For third parties: ``docs/en/replaceable-modules.md``.
"""

from __future__ import annotations

from yoloport.inside.modules.exchange import active, apply, export_form, undo
from yoloport.inside.modules.replacement import Applied, Difference, Refused, Replacement, Tolerance

__all__ = ["Applied", "Difference", "Refused", "Replacement", "Tolerance", "active", "apply", "export_form", "undo"]
