"""What can be wrong with a file or a row: code to what is wrong and what makes it right.

English readers get the text that came with the problem, which names the place; these are for the other languages, and
name the kinds of problem in filters.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from entrepot.faces.web.entry_problems import ENTRY
from entrepot.faces.web.file_problems import FILES
from entrepot.faces.web.month_problems import MONTHS
from entrepot.faces.web.order_problems import ORDERS
from entrepot.faces.web.plan_problems import PLAN
from entrepot.faces.web.posting_problems import POSTING
from entrepot.faces.web.quote_problems import QUOTES
from entrepot.faces.web.right_words import RIGHTS

PROBLEMS: dict[str, tuple[Promise, Promise]] = {
    "no_reason": (
        pgettext_lazy("problem", "A row is dismissed for a reason"),
        pgettext_lazy("remedy", "Say in a few words why nobody needs it."),
    ),
    "not_waiting": (
        pgettext_lazy("problem", "This row does not wait any more"),
        pgettext_lazy("remedy", "Look at the list again."),
    ),
    "uplift_days": (
        pgettext_lazy("problem", "The promotion ends before it begins"),
        pgettext_lazy("remedy", "Choose a later last day."),
    ),
    "uplift_long": (
        pgettext_lazy("problem", "The promotion is longer than half a year"),
        pgettext_lazy("remedy", "That is a new level, not a promotion; the forecast follows it by itself."),
    ),
    "uplift_percent": (
        pgettext_lazy("problem", "The uplift is from -95 to +1000 %, and not 0"),
        pgettext_lazy("remedy", "Correct the percentage."),
    ),
    "uplift_gone": (
        pgettext_lazy("problem", "This promotion does not stand any more"),
        pgettext_lazy("remedy", "Look at the list again."),
    ),
    "unknown_item": (
        pgettext_lazy("problem", "the item is not in the books"),
        pgettext_lazy("remedy", "create the item, or map the SKU to one"),
    ),
    "unknown_sku": (
        pgettext_lazy("problem", "the SKU is not in the catalogue"),
        pgettext_lazy("remedy", "create the item or correct the SKU"),
    ),
    "unknown_location": (
        pgettext_lazy("problem", "the location is not in the books"),
        pgettext_lazy("remedy", "create the location or correct its code"),
    ),
    "unknown_shop": (
        pgettext_lazy("problem", "the shop is not in the books"),
        pgettext_lazy("remedy", "create the shop, or give its currency when importing"),
    ),
    "unknown_company": (
        pgettext_lazy("problem", "the company is not in the books"),
        pgettext_lazy("remedy", "create the company or correct its code"),
    ),
    "unknown_supplier": (
        pgettext_lazy("problem", "the supplier is not in the books"),
        pgettext_lazy("remedy", "create the supplier or correct its code"),
    ),
    "unknown_sales_order": (
        pgettext_lazy("problem", "the sales order is not in the books"),
        pgettext_lazy("remedy", "import the order; the row is then posted by itself"),
    ),
    "unknown_purchase_order": (
        pgettext_lazy("problem", "the purchase order is not in the books"),
        pgettext_lazy("remedy", "import the order; the row is then posted by itself"),
    ),
    "unknown_receipt": (
        pgettext_lazy("problem", "the receipt is not in the books"),
        pgettext_lazy("remedy", "import the receipt; the row is then posted by itself"),
    ),
    "unknown_shipment": (
        pgettext_lazy("problem", "the shipment is not in the books"),
        pgettext_lazy("remedy", "import the shipment; the row is then posted by itself"),
    ),
    "unknown_currency": (
        pgettext_lazy("problem", "the currency is not an ISO 4217 code"),
        pgettext_lazy("remedy", "use a three-letter code such as USD, CNY or EUR"),
    ),
    "missing_rate": (
        pgettext_lazy("problem", "an exchange rate is not known"),
        pgettext_lazy("remedy", "import or type the rate; the document is then posted by itself"),
    ),
    "not_an_amount": (
        pgettext_lazy("problem", "this is not an amount in the file's number style"),
        pgettext_lazy("remedy", "write it like 1234.56, or choose the number style"),
    ),
    "not_a_quantity": (
        pgettext_lazy("problem", "this is not a whole number of units"),
        pgettext_lazy("remedy", "write a whole number"),
    ),
    "not_a_number": (
        pgettext_lazy("problem", "this is not a number"),
        pgettext_lazy("remedy", "write it like 7.1234 or 1/7"),
    ),
    "not_a_date": (pgettext_lazy("problem", "this is not a date"), pgettext_lazy("remedy", "write it like 2026-01-31")),
    "quantity_not_positive": (
        pgettext_lazy("problem", "the quantity is not greater than zero"),
        pgettext_lazy("remedy", "correct the quantity"),
    ),
    "negative_quantity": (
        pgettext_lazy("problem", "a negative quantity outside a refund"),
        pgettext_lazy("remedy", "enter a return, a write-off or a count instead"),
    ),
    "amount_too_large": (
        pgettext_lazy("problem", "the amount is beyond what can be stored"),
        pgettext_lazy("remedy", "check the number"),
    ),
    "empty_basis": (
        pgettext_lazy("problem", "the weights of this split do not add up to more than zero"),
        pgettext_lazy("remedy", "give the missing weight, volume or value, or choose another basis"),
    ),
    "invalid": (
        pgettext_lazy("problem", "the cell does not fit what belongs there"),
        pgettext_lazy("remedy", "correct this cell and import again"),
    ),
    "document_refused": (
        pgettext_lazy("problem", "another row of this document cannot be read"),
        pgettext_lazy("remedy", "correct that row and import again"),
    ),
    "header_differs": (
        pgettext_lazy("problem", "the row says something else than the document's first row"),
        pgettext_lazy("remedy", "repeat the same or leave it empty"),
    ),
    "part_without_line": (
        pgettext_lazy("problem", "the row continues a line, but none stands above it"),
        pgettext_lazy("remedy", "fill in the line's own columns"),
    ),
    "reference_unclear": (
        pgettext_lazy("problem", "the cell does not say which type of document it names"),
        pgettext_lazy("remedy", "write it like receipt:GR-1"),
    ),
    "not_weights": (
        pgettext_lazy("problem", "weights are whole numbers"),
        pgettext_lazy("remedy", "write them like 60;40"),
    ),
    "settlement_does_not_add_up": (
        pgettext_lazy("problem", "the parts of the settlement do not add up to its total"),
        pgettext_lazy("remedy", "download the report again"),
    ),
    "sold_at_zero": (
        pgettext_lazy("problem", "some lines have a price of 0 and are taken as sales at 0"),
        pgettext_lazy("remedy", "if they are gifts or replacements, enter them as stock use"),
    ),
    "question_open": (
        pgettext_lazy("problem", "something about the file cannot be decided from its content"),
        pgettext_lazy("remedy", "answer under “Where the file does not say it itself” and upload it again"),
    ),
    "layout_unknown": (
        pgettext_lazy("problem", "the layout is not known"),
        pgettext_lazy("remedy", "use a template, or an export with its own headings"),
    ),
    "header_twice": (
        pgettext_lazy("problem", "a column heading stands twice"),
        pgettext_lazy("remedy", "delete or rename one of the two columns"),
    ),
    "column_unreadable": (
        pgettext_lazy("problem", "most cells of a column cannot be read"),
        pgettext_lazy("remedy", "check that the columns are not swapped"),
    ),
    "column_nested": (
        pgettext_lazy("problem", "a column holds lists, records or bytes"),
        pgettext_lazy("remedy", "export plain columns only"),
    ),
    "file_empty": (pgettext_lazy("problem", "the file has no rows"), pgettext_lazy("remedy", "export it again")),
    "file_missing": (pgettext_lazy("problem", "there is no such file"), pgettext_lazy("remedy", "check the path")),
    "file_type": (
        pgettext_lazy("problem", "this kind of file cannot be imported"),
        pgettext_lazy("remedy", "choose a CSV, TSV, XLSX or Parquet file"),
    ),
    "file_kind": (
        pgettext_lazy("problem", "this is another kind of file than its name says"),
        pgettext_lazy("remedy", "save it as .xlsx or .csv and import that"),
    ),
    "file_too_large": (pgettext_lazy("problem", "the file is too large"), pgettext_lazy("remedy", "split it by month")),
    "file_too_heavy": (
        pgettext_lazy("problem", "reading the file took more than is allowed"),
        pgettext_lazy("remedy", "split it into smaller files"),
    ),
    "file_cut_off": (
        pgettext_lazy("problem", "the file ends in the middle of a row"),
        pgettext_lazy("remedy", "download or export it again"),
    ),
    "file_unreadable": (
        pgettext_lazy("problem", "the file cannot be read"),
        pgettext_lazy("remedy", "it is damaged: export it again"),
    ),
    "workbook_unreadable": (
        pgettext_lazy("problem", "the file is damaged, cut off or not an Excel workbook"),
        pgettext_lazy("remedy", "open it in Excel, save it again as .xlsx and import that"),
    ),
    "workbook_entities": (
        pgettext_lazy("problem", "the workbook declares XML entities, which no spreadsheet program writes"),
        pgettext_lazy("remedy", "save it again in Excel as .xlsx"),
    ),
    "unpacks_too_large": (
        pgettext_lazy("problem", "the workbook unpacks to far more than its size"),
        pgettext_lazy("remedy", "remove what is not data and save it again"),
    ),
    "parquet_unreadable": (
        pgettext_lazy("problem", "the file is damaged, cut off or not a Parquet file"),
        pgettext_lazy("remedy", "write it again"),
    ),
    "encoding_undecidable": (
        pgettext_lazy("problem", "the encoding cannot be told from the content"),
        pgettext_lazy("remedy", "export the file as UTF-8"),
    ),
    "encoding_unknown": (
        pgettext_lazy("problem", "there is no such encoding"),
        pgettext_lazy("remedy", "choose utf-8, windows-1252, gb18030 or cp932"),
    ),
    "encoding_wrong": (
        pgettext_lazy("problem", "the file is not written in this encoding"),
        pgettext_lazy("remedy", "choose another encoding"),
    ),
    "too_many_rows": (
        pgettext_lazy("problem", "the file has more rows than are read at once"),
        pgettext_lazy("remedy", "split it into parts"),
    ),
    "too_many_columns": (
        pgettext_lazy("problem", "a row has too many columns"),
        pgettext_lazy("remedy", "check the delimiter or export fewer columns"),
    ),
    "cell_too_large": (
        pgettext_lazy("problem", "a cell holds too many characters"),
        pgettext_lazy("remedy", "shorten the cell or check the quotes in it"),
    ),
    "quotes_broken": (
        pgettext_lazy("problem", "the quotes in this line do not match"),
        pgettext_lazy("remedy", "the file is damaged or cut off: export it again"),
    ),
    "nul_byte": (
        pgettext_lazy("problem", "the line holds a NUL byte, so the file is damaged or not a text file"),
        pgettext_lazy("remedy", "export the file again"),
    ),
    "not_allowed": (
        pgettext_lazy("problem", "your role or scope does not allow this"),
        pgettext_lazy("remedy", "ask the owner of the account"),
    ),
    "already_undone": (
        pgettext_lazy("problem", "this import was undone already"),
        pgettext_lazy("remedy", "import the file again if you need it"),
    ),
    "nothing_to_undo": (
        pgettext_lazy("problem", "there is nothing to undo here"),
        pgettext_lazy("remedy", "look at the list of imports"),
    ),
    "not_checked": (
        pgettext_lazy("problem", "this upload cannot be posted now"),
        pgettext_lazy("remedy", "upload the file again"),
    ),
    "decision_settled": (
        pgettext_lazy("problem", "the decision is settled already"),
        pgettext_lazy("remedy", "look at it again, and undo first if it should change"),
    ),
    "no_price": (
        pgettext_lazy("problem", "no purchase price of this item is known"),
        pgettext_lazy("remedy", "post one purchase order or bill of it, or order it by hand"),
    ),
    "not_an_order": (
        pgettext_lazy("problem", "the proposal names no item or no quantity"),
        pgettext_lazy("remedy", "plan again"),
    ),
    "interrupted": (
        pgettext_lazy("problem", "the worker stopped in the middle of this job"),
        pgettext_lazy("remedy", "nothing was posted by halves: start it again"),
    ),
    "unexpected": (
        pgettext_lazy("problem", "the job stopped at an error that nobody foresaw"),
        pgettext_lazy("remedy", "start it again; if it stops again, the log of the worker says why"),
    ),
    "no_file": (
        pgettext_lazy("problem", "no file was chosen"),
        pgettext_lazy("remedy", "choose a CSV, XLSX or Parquet file"),
    ),
    **POSTING,
    **FILES,
    **MONTHS,
    **ORDERS,
    **PLAN,
    **ENTRY,
    **RIGHTS,
    **QUOTES,
}
"""Code to (what is wrong, what makes it right)."""
