"""Print the characters of the Japanese subset: JIS X 0208 rows 1-5 (punctuation, kana) and level 1 kanji (rows 16-47),
fullwidth forms, regular-use kanji (joyo, 2010) outside level 1, and a few more that reports use."""

def row(number):
    for cell in range(1, 95):
        try:
            yield bytes([0xA0 + number, 0xA0 + cell]).decode("euc_jp")
        except UnicodeDecodeError:
            pass

chars = {c for number in (1, 2, 3, 4, 5, *range(16, 48)) for c in row(number)}
chars |= {chr(c) for c in range(0x20, 0x7F)} | {chr(c) for c in range(0xFF01, 0xFFE7)}
chars |= set("¥–—‘’“”…・～〜−±×÷≤≥→←↑↓①②③④⑤⑥⑦⑧⑨⑩㈱㎡㎥％￥々〆〇")
chars |= set("傲刹喩嗅嘲彙恣惧慄憬拉摯曖毀璧瘍箋籠緻羞諧賂踪辣遜錮鬱麺璽訃貪骸閾攪碍靱繫剝填頰躇躊")
print("".join(sorted(chars)))
