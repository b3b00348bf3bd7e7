"""What the sample seller sells: product families with plausible codes, weights, sizes, costs and duty.

Everything here is made up for the sample. HS codes are the six-digit headings that such goods usually fall under; the
duty shares are round illustrations, never a tariff: the sample's customs bills are computed from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.core.documents.trade import Incoterm


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of product. ``cost`` is the factory price of the smallest size in CNY cents, ``weight`` its packed
    weight in grams and ``size`` its packed size in millimetres; ``duty_us`` and ``duty_eu`` are basis points of the
    customs value; ``season`` names a curve of :mod:`entrepot.sample.demand`; ``returned`` is the share of units that
    come back, in basis points."""

    code: str
    name: str
    name_zh: str
    category: str
    hs: str
    cost: int
    weight: int
    size: tuple[int, int, int]
    carton: int
    duty_us: int
    duty_eu: int
    season: str
    returned: int
    sizes: tuple[tuple[str, str, float], ...]
    colours: tuple[str, ...]


COLOURS = {
    "BK": ("Black", "黑色"),
    "WH": ("White", "白色"),
    "GY": ("Grey", "灰色"),
    "GN": ("Sage Green", "灰绿色"),
    "BL": ("Ocean Blue", "海蓝色"),
    "RD": ("Brick Red", "砖红色"),
    "NA": ("Natural", "原色"),
}
_S3 = (("S", "S", 1.0), ("M", "M", 1.35), ("L", "L", 1.8))
_PIECES = (("2P", "2 pcs", 1.0), ("4P", "4 pcs", 1.85), ("6P", "6 pcs", 2.6))
_NEUTRAL = ("BK", "WH", "GY")
_FRESH = ("BK", "GN", "BL")
_WOOD = ("NA", "BK", "WH")

FAMILIES: tuple[Family, ...] = (
    Family("BMT", "Silicone Baking Mat", "硅胶烘焙垫", "kitchen", "392410", 950, 210, (300, 60, 60), 60, 840, 650,
           "gift", 300, _S3, _NEUTRAL),
    Family("CTB", "Bamboo Cutting Board", "竹制砧板", "kitchen", "441911", 1800, 780, (360, 250, 25), 20, 820, 0,
           "gift", 350, _S3, _WOOD),
    Family("LBX", "Steel Lunch Box", "不锈钢饭盒", "kitchen", "732393", 2400, 420, (200, 150, 70), 36, 950, 320,
           "school", 420, (("07", "0.7 l", 1.0), ("12", "1.2 l", 1.4), ("18", "1.8 l", 1.8)), _FRESH),
    Family("JAR", "Glass Storage Jar", "玻璃密封罐", "kitchen", "701349", 1150, 620, (110, 110, 180), 24, 1250, 1100,
           "flat", 520, (("05", "0.5 l", 1.0), ("10", "1 l", 1.45), ("20", "2 l", 2.1)), ("NA", "BK", "GN")),
    Family("NLT", "LED Night Light", "LED小夜灯", "electronics", "940542", 1300, 130, (90, 90, 80), 80, 1140, 370,
           "winter", 480, (("01", "Moon", 1.0), ("02", "Cloud", 1.15), ("03", "Star", 1.3)), ("WH", "GN", "BL")),
    Family("CAD", "Shower Caddy", "浴室置物架", "home", "732490", 3100, 900, (320, 130, 90), 16, 1200, 270,
           "flat", 610, (("1T", "1 tier", 1.0), ("2T", "2 tiers", 1.6), ("3T", "3 tiers", 2.1)), _NEUTRAL),
    Family("DRW", "Drawer Organiser", "抽屉收纳盒", "home", "392490", 1250, 380, (340, 240, 70), 30, 840, 650,
           "newyear", 330, _S3, _NEUTRAL),
    Family("VAC", "Vacuum Storage Bag Set", "真空收纳袋套装", "home", "392321", 1500, 520, (280, 200, 60), 40, 800, 650,
           "newyear", 450, _PIECES, ("NA", "GY", "BL")),
    Family("CLO", "Microfibre Cloth Set", "超细纤维抹布套装", "home", "630710", 620, 190, (180, 160, 60), 100, 910, 690,
           "flat", 180, (("06", "6 pcs", 1.0), ("12", "12 pcs", 1.8), ("24", "24 pcs", 3.3)), ("GY", "BL", "GN")),
    Family("SCL", "Coffee Scale", "咖啡电子秤", "kitchen", "842381", 4600, 480, (190, 150, 50), 30, 750, 220,
           "gift", 560, (("2K", "2 kg", 1.0), ("3K", "3 kg", 1.15), ("5K", "5 kg", 1.3)), _NEUTRAL),
    Family("FRO", "Milk Frother", "电动打奶器", "kitchen", "850940", 2100, 230, (240, 70, 60), 48, 1130, 220,
           "gift", 690, (("ST", "Standard", 1.0), ("PR", "Pro", 1.4), ("DX", "Deluxe", 1.9)), _NEUTRAL),
    Family("CMP", "Camping Lantern", "露营灯", "outdoor", "851310", 3300, 460, (110, 110, 190), 24, 1180, 570,
           "summer", 470, (("03", "300 lm", 1.0), ("06", "600 lm", 1.4), ("10", "1000 lm", 1.9)), ("BK", "GN", "RD")),
    Family("BTL", "Insulated Bottle", "保温瓶", "outdoor", "961700", 2300, 390, (260, 80, 80), 36, 1470, 670,
           "summer", 380, (("05", "500 ml", 1.0), ("07", "750 ml", 1.25), ("10", "1 l", 1.5)), _FRESH),
    Family("DRY", "Roll-top Dry Bag", "防水收纳袋", "outdoor", "420292", 1600, 260, (250, 180, 50), 50, 2510, 270,
           "summer", 340, (("10", "10 l", 1.0), ("20", "20 l", 1.4), ("30", "30 l", 1.75)), _FRESH),
    Family("STL", "Folding Stool", "折叠凳", "outdoor", "940179", 3400, 1250, (330, 260, 60), 12, 750, 0,
           "summer", 520, _S3, ("BK", "GN", "RD")),
    Family("TRK", "Trekking Poles", "登山杖", "outdoor", "660200", 5200, 640, (660, 100, 60), 20, 1150, 270,
           "summer", 570, (("AL", "Aluminium", 1.0), ("FL", "Folding", 1.3), ("CF", "Carbon", 2.2)),
           ("BK", "BL", "RD")),
    Family("HAM", "Travel Hammock", "旅行吊床", "outdoor", "630690", 3600, 720, (240, 140, 120), 20, 1200, 1200,
           "summer", 430, (("1P", "Single", 1.0), ("2P", "Double", 1.35), ("NT", "With net", 1.7)), _FRESH),
    Family("BPM", "Bike Phone Mount", "自行车手机支架", "outdoor", "871499", 1900, 240, (140, 100, 70), 60, 1000, 470,
           "summer", 730, (("CL", "Clamp", 1.0), ("QR", "Quick release", 1.3), ("WP", "Weatherproof", 1.7)), _NEUTRAL),
    Family("HDL", "Rechargeable Headlamp", "充电头灯", "outdoor", "851310", 2700, 150, (90, 80, 60), 80, 1180, 570,
           "winter", 500, (("03", "300 lm", 1.0), ("05", "500 lm", 1.3), ("10", "1000 lm", 1.8)), ("BK", "BL", "RD")),
    Family("PIC", "Picnic Blanket", "野餐垫", "outdoor", "630140", 3000, 850, (360, 160, 120), 16, 850, 1200,
           "summer", 400, _S3, ("GN", "BL", "RD")),
    Family("FTN", "Pet Water Fountain", "宠物饮水机", "pet", "841381", 5400, 1100, (210, 210, 180), 12, 1000, 170,
           "flat", 760, (("15", "1.5 l", 1.0), ("25", "2.5 l", 1.25), ("35", "3.5 l", 1.5)), ("WH", "GY", "BL")),
    Family("HRN", "Dog Harness", "狗胸背带", "pet", "420100", 2200, 280, (220, 160, 60), 50, 740, 270,
           "flat", 980, _S3, ("BK", "RD", "BL")),
    Family("SCR", "Cat Scratcher", "猫抓板", "pet", "482390", 1700, 950, (430, 210, 50), 16, 750, 0,
           "flat", 290, _S3, ("NA", "GY", "WH")),
    Family("SLW", "Slow Feeder Bowl", "宠物慢食碗", "pet", "392490", 1050, 320, (210, 210, 60), 40, 840, 650,
           "flat", 260, _S3, ("GN", "BL", "GY")),
    Family("BRU", "Pet Grooming Brush", "宠物梳", "pet", "960329", 1200, 160, (190, 100, 60), 80, 770, 370,
           "spring", 390, _S3, _FRESH),
    Family("PBG", "Pet Travel Bag", "宠物外出包", "pet", "420292", 6800, 1300, (430, 280, 90), 10, 2510, 270,
           "summer", 820, _S3, ("BK", "GY", "BL")),
    Family("CBL", "USB-C Cable", "USB-C数据线", "electronics", "854442", 800, 70, (140, 90, 25), 200, 760, 330,
           "gift", 310, (("1M", "1 m", 1.0), ("2M", "2 m", 1.3), ("3M", "3 m", 1.6)), _NEUTRAL),
    Family("CHG", "GaN Wall Charger", "氮化镓充电器", "electronics", "850440", 4300, 170, (95, 70, 45), 80, 700, 330,
           "gift", 540, (("30", "30 W", 1.0), ("65", "65 W", 1.7), ("99", "100 W", 2.4)), _NEUTRAL),
    Family("LST", "Laptop Stand", "笔记本支架", "electronics", "761699", 4900, 1050, (260, 230, 50), 20, 1250, 600,
           "school", 460, (("FX", "Fixed", 1.0), ("AD", "Adjustable", 1.3), ("FD", "Folding", 1.2)), _NEUTRAL),
    Family("CAS", "Earbud Case", "耳机保护套", "electronics", "392690", 520, 50, (90, 70, 35), 200, 930, 650,
           "gift", 520, (("A1", "Type A", 1.0), ("B2", "Type B", 1.0), ("C3", "Type C", 1.1)), _FRESH),
    Family("TRI", "Phone Tripod", "手机三脚架", "electronics", "962000", 2900, 420, (310, 70, 70), 40, 880, 470,
           "gift", 640, _S3, _NEUTRAL),
    Family("HUB", "USB-C Hub", "USB-C扩展坞", "electronics", "847180", 5600, 120, (130, 60, 25), 80, 700, 0,
           "school", 600, (("05", "5 in 1", 1.0), ("07", "7 in 1", 1.3), ("09", "9 in 1", 1.6)), ("BK", "GY", "BL")),
    Family("GLS", "Screen Protector Set", "钢化膜套装", "electronics", "700719", 450, 90, (190, 110, 20), 150, 1250,
           300, "gift", 590, _PIECES, ("NA", "BK", "BL")),
    Family("UMB", "Compact Umbrella", "便携雨伞", "outdoor", "660191", 2000, 330, (300, 60, 60), 50, 1580, 470,
           "autumn", 450, (("3F", "3-fold", 1.0), ("5F", "5-fold", 1.2), ("AU", "Automatic", 1.5)), ("BK", "BL", "RD")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SupplierProfile:
    """A goods supplier: ``buyer`` is the company that orders from it, ``currency`` what it invoices in."""

    code: str
    name: str
    name_zh: str
    buyer: str
    currency: str
    incoterm: Incoterm
    lead_days: int
    deposit_bp: int


SUPPLIERS: tuple[SupplierProfile, ...] = (
    SupplierProfile("F01", "Longgang Silicone Works", "龙岗硅胶制品厂", "SZ", "CNY", "EXW", 22, 3000),
    SupplierProfile("F02", "Anji Bamboo Craft", "安吉竹艺", "SZ", "CNY", "EXW", 28, 3000),
    SupplierProfile("F03", "Yongkang Metalware", "永康五金", "SZ", "CNY", "EXW", 25, 3000),
    SupplierProfile("F04", "Cangzhou Glass", "沧州玻璃", "SZ", "CNY", "EXW", 24, 3000),
    SupplierProfile("F05", "Zhongshan Lighting", "中山灯饰", "SZ", "CNY", "EXW", 20, 3000),
    SupplierProfile("F06", "Taizhou Houseware", "台州家居", "SZ", "CNY", "EXW", 18, 2000),
    SupplierProfile("F07", "Shaoxing Textile", "绍兴纺织", "SZ", "CNY", "EXW", 18, 3000),
    SupplierProfile("F08", "Dongguan Precision Electronics", "东莞精密电子", "HK", "USD", "FOB", 30, 3000),
    SupplierProfile("F09", "Ningbo Small Appliances", "宁波小家电", "HK", "CNY", "FOB", 32, 3000),
    SupplierProfile("F10", "Yuyao Outdoor Gear", "余姚户外用品", "HK", "CNY", "FCA", 26, 3000),
    SupplierProfile("F11", "Quanzhou Bags", "泉州箱包", "HK", "USD", "FOB", 30, 3000),
    SupplierProfile("F12", "Wenzhou Pet Products", "温州宠物用品", "SZ", "CNY", "EXW", 21, 3000),
    SupplierProfile("F13", "Shenzhen Cable & Charger", "深圳线缆充电器", "HK", "CNY", "FCA", 20, 3000),
    SupplierProfile("F14", "Huizhou Accessories", "惠州数码配件", "HK", "CNY", "FCA", 16, 3000),
)

SUPPLIER_OF = {
    "BMT": "F01", "SLW": "F01", "CAS": "F14", "CTB": "F02", "LBX": "F03", "CAD": "F03", "STL": "F10", "JAR": "F04",
    "GLS": "F14", "NLT": "F05", "CMP": "F05", "HDL": "F05", "DRW": "F06", "VAC": "F06", "CLO": "F07", "PIC": "F07",
    "HAM": "F07", "SCL": "F08", "HUB": "F08", "FRO": "F09", "FTN": "F09", "TRK": "F10", "DRY": "F11", "PBG": "F11",
    "BTL": "F03", "BPM": "F10", "HRN": "F12", "SCR": "F12", "BRU": "F12", "CBL": "F13", "CHG": "F13", "LST": "F13",
    "TRI": "F14", "UMB": "F10",
}  # fmt: skip
