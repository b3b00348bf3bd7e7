"""What can be wrong with a document that is typed, a count, a label or an attached file, and what makes it right."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

ENTRY: dict[str, tuple[Promise, Promise]] = {
    "missing": (pgettext_lazy("problem", "this cell is needed"), pgettext_lazy("remedy", "fill it in")),
    "nothing_typed": (
        pgettext_lazy("problem", "nothing is typed yet"),
        pgettext_lazy("remedy", "fill in the head and at least one row"),
    ),
    "units_absent": (
        pgettext_lazy("problem", "so many units are not there"),
        pgettext_lazy("remedy", "correct the quantity, the place or the day, or receive them first"),
    ),
    "number_taken": (
        pgettext_lazy("problem", "another document has this number"),
        pgettext_lazy("remedy", "choose another number"),
    ),
    "number_changed": (
        pgettext_lazy("problem", "a correction keeps the number of its document"),
        pgettext_lazy("remedy", "put the number back"),
    ),
    "document_changed": (
        pgettext_lazy("problem", "somebody corrected this document meanwhile"),
        pgettext_lazy("remedy", "open it again"),
    ),
    "nothing_new": (
        pgettext_lazy("problem", "the books say this already"),
        pgettext_lazy("remedy", "change something, or leave it"),
    ),
    "draft_changed": (
        pgettext_lazy("problem", "somebody saved this draft after you opened it"),
        pgettext_lazy("remedy", "load it again; what you typed stays on your screen until then"),
    ),
    "draft_posted": (
        pgettext_lazy("problem", "this draft was posted meanwhile"),
        pgettext_lazy("remedy", "look at the document"),
    ),
    "draft_discarded": (
        pgettext_lazy("problem", "this draft was thrown away meanwhile"),
        pgettext_lazy("remedy", "begin a new one"),
    ),
    "unknown_draft": (
        pgettext_lazy("problem", "this draft is not there any more"),
        pgettext_lazy("remedy", "look at the list of drafts"),
    ),
    "unknown_document": (
        pgettext_lazy("problem", "this document is not in the books"),
        pgettext_lazy("remedy", "look at the list again"),
    ),
    "taken_back": (pgettext_lazy("problem", "this document was taken back"), pgettext_lazy("remedy", "type it anew")),
    "closed_period": (
        pgettext_lazy("problem", "this day lies in a closed period"),
        pgettext_lazy("remedy", "date it into the open period, or let finance post it as a late fact"),
    ),
    "over_shipment": (
        pgettext_lazy("problem", "more would have come than was sent and is tolerated"),
        pgettext_lazy("remedy", "count again; else correct the shipment, or receive the rest without it"),
    ),
    "not_in_shipment": (
        pgettext_lazy("problem", "this item was not in the shipment"),
        pgettext_lazy("remedy", "correct the shipment, or receive it without the shipment"),
    ),
    "unknown_label": (
        pgettext_lazy("problem", "nobody knows this label"),
        pgettext_lazy("remedy", "put the goods aside, and create the item or its barcode first"),
    ),
    "count_running": (
        pgettext_lazy("problem", "this place is being counted"),
        pgettext_lazy("remedy", "go on with that count, or cancel it"),
    ),
    "count_state": (
        pgettext_lazy("problem", "this count is in another state by now"),
        pgettext_lazy("remedy", "look at it again"),
    ),
    "count_changed": (
        pgettext_lazy("problem", "the count or the books changed since you looked"),
        pgettext_lazy("remedy", "look at it again"),
    ),
    "own_count": (
        pgettext_lazy("problem", "nobody approves what he counted himself"),
        pgettext_lazy("remedy", "ask another person"),
    ),
    "no_cause": (
        pgettext_lazy("problem", "some differences have no reason"),
        pgettext_lazy("remedy", "choose a reason for each"),
    ),
    "not_counted": (
        pgettext_lazy("problem", "some recounts are open"),
        pgettext_lazy("remedy", "count them, then finish"),
    ),
    "nothing_counted": (
        pgettext_lazy("problem", "nothing is counted yet"),
        pgettext_lazy("remedy", "scan or type at least one thing"),
    ),
    "count_impossible": (
        pgettext_lazy("problem", "less was counted than came in since the count began"),
        pgettext_lazy("remedy", "recount it"),
    ),
    "unknown_count": (
        pgettext_lazy("problem", "there is no such count"),
        pgettext_lazy("remedy", "look at the list of counts"),
    ),
    "no_labels": (
        pgettext_lazy("problem", "there is no label to print, or too many"),
        pgettext_lazy("remedy", "say how many; for cartons type the packing list first"),
    ),
    "not_a_barcode": (
        pgettext_lazy("problem", "this code cannot be written as bars"),
        pgettext_lazy("remedy", "use letters, digits and signs of ASCII"),
    ),
    "barcode_too_long": (
        pgettext_lazy("problem", "the code is too long for this label"),
        pgettext_lazy("remedy", "choose a wider label"),
    ),
    "no_such_place": (
        pgettext_lazy("problem", "the sheet has no such place"),
        pgettext_lazy("remedy", "count the places that are used already"),
    ),
    "unknown_file": (
        pgettext_lazy("problem", "this file is not there"),
        pgettext_lazy("remedy", "look at the document again"),
    ),
    "too_many_files": (
        pgettext_lazy("problem", "the document has as many files as it takes"),
        pgettext_lazy("remedy", "take one away first"),
    ),
    "case_changed": (
        pgettext_lazy("problem", "somebody changed this difference meanwhile"),
        pgettext_lazy("remedy", "look at it again"),
    ),
    "course_circle": (
        pgettext_lazy("problem", "the item would follow itself"),
        pgettext_lazy("remedy", "choose another predecessor"),
    ),
    "course_days": (
        pgettext_lazy("problem", "it ends before it goes on sale"),
        pgettext_lazy("remedy", "choose a later end"),
    ),
    "course_empty": (
        pgettext_lazy("problem", "nothing is said of the item"),
        pgettext_lazy("remedy", "name a predecessor, a first day or a last one"),
    ),
    "course_gone": (
        pgettext_lazy("problem", "nothing is said of this item any more"),
        pgettext_lazy("remedy", "look at the page again"),
    ),
    "course_interest": (
        pgettext_lazy("problem", "the number of people makes no sense"),
        pgettext_lazy("remedy", "correct it"),
    ),
    "course_share": (
        pgettext_lazy("problem", "the share is out of range"),
        pgettext_lazy("remedy", "correct the percentage"),
    ),
    "item_gone": (
        pgettext_lazy("problem", "this item is not there any more"),
        pgettext_lazy("remedy", "load the page again"),
    ),
    "no_sku": (
        pgettext_lazy("problem", "an item needs an SKU"),
        pgettext_lazy("remedy", "write its SKU"),
    ),
    "sku_taken": (
        pgettext_lazy("problem", "another item has this SKU"),
        pgettext_lazy("remedy", "change that one, or write another SKU"),
    ),
    "nothing_posted": (
        pgettext_lazy("problem", "nothing was posted"),
        pgettext_lazy("remedy", "try again"),
    ),
    "nothing_to_send": (
        pgettext_lazy("problem", "this shipment was sent already, or holds nothing"),
        pgettext_lazy("remedy", "look at the plan again"),
    ),
    "not_in_plan": (
        pgettext_lazy("problem", "this item is not in the plan"),
        pgettext_lazy("remedy", "add it to the plan first"),
    ),
    "too_many_parts": (
        pgettext_lazy("problem", "the plan has too many shipments"),
        pgettext_lazy("remedy", "make another plan"),
    ),
    "unknown_kind": (
        pgettext_lazy("problem", "there is no such kind of document"),
        pgettext_lazy("remedy", "choose one of the list"),
    ),
    "unknown_layout": (
        pgettext_lazy("problem", "there is no such layout"),
        pgettext_lazy("remedy", "choose one of the list"),
    ),
    "unknown_reason": (
        pgettext_lazy("problem", "there is no such reason"),
        pgettext_lazy("remedy", "choose one of the list"),
    ),
    "snooze_days": (
        pgettext_lazy("problem", "a decision sleeps from 1 to 366 days"),
        pgettext_lazy("remedy", "choose fewer days"),
    ),
    "not_there": (
        pgettext_lazy("problem", "it is not in the books, or not in what you may see"),
        pgettext_lazy("remedy", "check the number"),
    ),
    "too_many_documents": (
        pgettext_lazy("problem", "one call takes fewer documents"),
        pgettext_lazy("remedy", "split them"),
    ),
    "unknown_job": (
        pgettext_lazy("problem", "there is no such kind of job"),
        pgettext_lazy("remedy", "update the worker"),
    ),
    "uplift_unclear": (
        pgettext_lazy("problem", "the promotion lacks a day or a percentage"),
        pgettext_lazy("remedy", "fill in all three fields"),
    ),
}
