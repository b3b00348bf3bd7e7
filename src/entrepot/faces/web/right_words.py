"""Words for what a role may do, for the acts of the audit trail, and for what can be wrong with them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PERMISSIONS: dict[str, str | Promise] = {
    "see_cost": _("See cost of stock and sales"),
    "see_margin": _("See prices and profit"),
    "see_supplier_price": _("See what suppliers are paid"),
    "approve": _("Decide on proposals"),
    "buy": _("Make purchase orders"),
    "approve_purchase": _("Approve purchase orders"),
    "pay": _("Record payments"),
    "import": _("Import files"),
    "undo": _("Undo imports and documents"),
    "post": _("Type any document"),
    "post_stock": _("Type documents that only move units"),
    "close": _("Close months"),
    "see_audit": _("See the audit trail"),
    "see_personal": _("See buyers' personal data"),
    "manage_users": _("Manage users and rights"),
}

ACTS: dict[str, Promise] = {
    "decision.approve": pgettext_lazy("act", "Decision approved"),
    "decision.snooze": pgettext_lazy("act", "Decision snoozed"),
    "decision.undo": pgettext_lazy("act", "Decision taken back"),
    "undo": pgettext_lazy("act", "Taken back"),
    "post": pgettext_lazy("act", "Document posted"),
    "user.add": pgettext_lazy("act", "User invited"),
    "user.change": pgettext_lazy("act", "Rights changed"),
    "user.password": pgettext_lazy("act", "Password changed"),
    "user.sign_in": pgettext_lazy("act", "Signed in"),
    "item.change": pgettext_lazy("act", "Items changed"),
    "books.set_up": pgettext_lazy("act", "Books set up"),
    "token.issue": pgettext_lazy("act", "API token made"),
    "token.revoke": pgettext_lazy("act", "API token revoked"),
    "import.confirm": pgettext_lazy("act", "Import posted"),
    "import.undo": pgettext_lazy("act", "Import undone"),
    "period.close": pgettext_lazy("act", "Month closed"),
    "period.reopen": pgettext_lazy("act", "Month reopened"),
    "period.reopen_asked": pgettext_lazy("act", "Reopening asked for"),
    "period.reopen_refused": pgettext_lazy("act", "Reopening refused"),
    "plan.change": pgettext_lazy("act", "Plan line changed"),
    "plan.approve": pgettext_lazy("act", "Plan approved"),
    "plan.withdraw": pgettext_lazy("act", "Plan change withdrawn"),
    "plan.dismiss": pgettext_lazy("act", "Plan line dismissed"),
    "plan.undo": pgettext_lazy("act", "Plan approval undone"),
    "uplift.add": pgettext_lazy("act", "Promotion planned"),
    "uplift.withdraw": pgettext_lazy("act", "Promotion withdrawn"),
    "course.set": pgettext_lazy("act", "Launch or end of an item set"),
    "course.withdraw": pgettext_lazy("act", "Launch or end withdrawn"),
    "quarantine.dismiss": pgettext_lazy("act", "Row in quarantine dismissed"),
    "personal.erase": pgettext_lazy("act", "Buyer forgotten"),
    "prices.read": pgettext_lazy("act", "Supplier prices read"),
}

RIGHTS: dict[str, tuple[Promise, Promise]] = {
    "not_oneself": (
        pgettext_lazy("problem", "nobody changes his own rights"),
        pgettext_lazy("remedy", "ask another owner"),
    ),
    "beyond_scope": (
        pgettext_lazy("problem", "you are confined yourself and cannot give more than you have"),
        pgettext_lazy("remedy", "choose among your own companies, shops and places"),
    ),
    "changed_meanwhile": (
        pgettext_lazy("problem", "somebody else changed this meanwhile"),
        pgettext_lazy("remedy", "look again, then change"),
    ),
    "bad_limit": (
        pgettext_lazy("problem", "this limit cannot be used"),
        pgettext_lazy("remedy", "write an amount of 0 or more and its currency"),
    ),
    "bad_name": (
        pgettext_lazy("problem", "a user needs a name"),
        pgettext_lazy("remedy", "write the name to sign in with"),
    ),
    "user_exists": (
        pgettext_lazy("problem", "this name is taken"),
        pgettext_lazy("remedy", "choose another name"),
    ),
    "unknown_user": (
        pgettext_lazy("problem", "there is no such user"),
        pgettext_lazy("remedy", "look at the list of users"),
    ),
    "wrong_password": (
        pgettext_lazy("problem", "the present password is another"),
        pgettext_lazy("remedy", "type it again, or ask the owner for a new one"),
    ),
    "weak_password": (
        pgettext_lazy("problem", "this password is too easy to guess"),
        pgettext_lazy("remedy", "choose a longer, less common password"),
    ),
    "unknown_code": (
        pgettext_lazy("problem", "there is no such company, shop or place"),
        pgettext_lazy("remedy", "check the code"),
    ),
    "unknown_role": (
        pgettext_lazy("problem", "there is no such role"),
        pgettext_lazy("remedy", "choose one of the list"),
    ),
}


def act(code: str) -> str:
    """The words for an act of the audit trail; its code where there are none."""
    return str(ACTS.get(code, code.replace(".", " · ").replace("_", " ")))


def permission(code: str) -> str:
    """The words for a permission."""
    return str(PERMISSIONS.get(code, code.replace("_", " ")))
