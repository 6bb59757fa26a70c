"""The invented names the seed is made of."""

from __future__ import annotations

FIRST_ORGANIZATION = "Harbor & Pine Interiors"
SECOND_ORGANIZATION = "Kestrel Outdoor Ltd"

ACCOUNTS: list[tuple[str, str, str, str | None]] = [
    ("1000", "Operating Checking", "BANK", None),
    ("1010", "Reserve Savings", "BANK", None),
    ("2100", "Company Card", "CREDIT_CARD", None),
    ("1100", "Trade Debtors", "ACCOUNTS_RECEIVABLE", None),
    ("1200", "Showroom Stock", "OTHER_CURRENT_ASSET", None),
    ("1300", "Prepaid Costs", "OTHER_CURRENT_ASSET", None),
    ("1500", "Workshop Machinery", "FIXED_ASSET", None),
    ("1510", "Delivery Vans", "FIXED_ASSET", None),
    ("1520", "Computers", "FIXED_ASSET", None),
    ("2000", "Trade Creditors", "ACCOUNTS_PAYABLE", None),
    ("2200", "Sales Tax Payable", "OTHER_CURRENT_LIABILITY", None),
    ("2210", "Sales Tax Paid", "OTHER_CURRENT_LIABILITY", "Sales Tax Payable"),
    ("2300", "Payroll Liabilities", "OTHER_CURRENT_LIABILITY", None),
    ("2500", "Van Loan", "LONG_TERM_LIABILITY", None),
    ("3000", "Owners' Capital", "EQUITY", None),
    ("3100", "Retained Earnings", "EQUITY", None),
    ("4000", "Furniture Sales", "INCOME", None),
    ("4010", "Design Fees", "INCOME", None),
    ("4900", "Other Receipts", "OTHER_INCOME", None),
    ("5000", "Cost of Sales", "COST_OF_GOODS_SOLD", None),
    ("5010", "Cost of Materials", "COST_OF_GOODS_SOLD", "Cost of Sales"),
    ("5020", "Freight & Shipping", "COST_OF_GOODS_SOLD", "Cost of Sales"),
    ("5030", "Subcontracted Joinery", "COST_OF_GOODS_SOLD", "Cost of Sales"),
    ("6000", "Office Costs", "EXPENSE", None),
    ("6010", "Office Supplies", "EXPENSE", "Office Costs"),
    ("6020", "Printing & Stationery", "EXPENSE", "Office Costs"),
    ("6030", "Software Subscriptions", "EXPENSE", "Office Costs"),
    ("6040", "Telephone & Internet", "EXPENSE", "Office Costs"),
    ("6100", "Premises", "EXPENSE", None),
    ("6110", "Rent", "EXPENSE", "Premises"),
    ("6120", "Utilities", "EXPENSE", "Premises"),
    ("6130", "Cleaning", "EXPENSE", "Premises"),
    ("6200", "Travel", "EXPENSE", None),
    ("6210", "Lodging", "EXPENSE", "Travel"),
    ("6220", "Meals", "EXPENSE", "Travel"),
    ("6300", "Advertising", "EXPENSE", None),
    ("6400", "Insurance", "EXPENSE", None),
    ("6500", "Professional Fees", "EXPENSE", None),
    ("6900", "Fax Line (old)", "EXPENSE", None),
    ("7000", "Bank Charges", "OTHER_EXPENSE", None),
]
"""Number, name, type and parent of each account."""

CLASSES = ["Retail", "Projects", "Hospitality", "Residential", "Workshop", "Online", "Trade Fairs", "Catalogue (old)"]
LOCATIONS = ["Portland", "Seattle", "Boise", "Eugene Warehouse", "Tacoma (closed)"]

USERS = [
    ("Maya", "Okafor", "ADMINISTRATOR"),
    ("Daniel", "Reyes", "ACCOUNTANT"),
    ("Priya", "Nair", "APPROVER"),
    ("Luis", "Ferrer", "APPROVER"),
    ("Grace", "Cho", "CLERK"),
    ("Tom", "Lindqvist", "PAYER"),
]
"""First name, last name and role of the first organization's users; the last one is archived."""

ROLES = ["ADMINISTRATOR", "ACCOUNTANT", "APPROVER", "PAYER", "CLERK", "MEMBER"]

VENDORS = [
    "Acme Cloud Services",
    "Blue Harbor Logistics",
    "Cedar & Sons Joinery",
    "Delphi Print Works",
    "Evergreen Office Supply",
    "Fjord Energy",
]
"""The vendors other parts of the project know by name."""

VENDOR_BEGINNINGS = [
    "Amber",
    "Birch",
    "Cobalt",
    "Dune",
    "Ember",
    "Falcon",
    "Granite",
    "Hazel",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Linden",
]
VENDOR_ENDINGS = [
    "Textiles",
    "Hardware",
    "Lighting",
    "Glassworks",
    "Couriers",
    "Catering",
    "Timber",
    "Upholstery",
    "Media",
    "Partners",
]
CUSTOMER_BEGINNINGS = ["Aldergrove", "Brightwater", "Cascade", "Driftwood", "Eastbank", "Foxglove"]
CUSTOMER_ENDINGS = ["Hotel", "Bistro", "Dental", "Apartments", "Law Office"]
ARCHIVED = {
    "Fax Line (old)",
    "Catalogue (old)",
    "Tacoma (closed)",
    "Linden Media",
    "Linden Partners",
    "Foxglove Bistro",
}
"""Names of the rows that are archived from the start."""
