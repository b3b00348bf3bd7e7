"""The seller's own sources on the rules page: take one in, take one back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web.page import Visit, page
from entrepot.workflows.own_sources import LARGEST, take, withdraw


@require_POST
@page
def add(visit: Visit) -> HttpResponseBase:
    """Check a file and keep it."""
    visit.need("import")
    upload = visit.request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > LARGEST:
        raise ProblemError(
            Problem("no_file", _("no file was chosen"), _("choose a CSV, TXT, JSON or TOML file below 64 MB"))
        )
    kept = take(settings.HOME, str(upload.name)[:200], upload.read(), timezone.localdate())
    said = ngettext("%(file)s is taken in: %(n)s figure", "%(file)s is taken in: %(n)s figures", kept.figures)
    messages.success(visit.request, said % {"file": kept.file, "n": kept.figures})
    if kept.problems:
        messages.warning(visit.request, "; ".join(str(problem) for problem in kept.problems[:5]))
    return HttpResponseRedirect(reverse("rules") + "#own")


@require_POST
@page
def back(visit: Visit) -> HttpResponseBase:
    """Take a source back; the file stays beside."""
    visit.need("import")
    file = visit.request.POST.get("file", "")[:200]
    withdraw(settings.HOME, file)
    messages.success(visit.request, _("%(file)s is no longer read; it lies in the folder withdrawn") % {"file": file})
    return HttpResponseRedirect(reverse("rules") + "#own")
