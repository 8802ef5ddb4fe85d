"""A press text, its reprints by ten outlets, and one with another figure: a docs folder made by rule."""

SENTENCES = (
    "清河市图书馆昨日公布夜间开放的安排。",
    "馆内三个阅览室自七月起延长开放到晚上十点，周末照常。",
    "夜间开放期间共设座位860个，读者凭借书证入馆。",
    "馆方表示，延长开放不增加读者的费用。",
    "儿童阅览室的开放时间不变。",
    "读者可以在网上预约座位，也可以到服务台登记。",
)
TITLE = "清河市图书馆夜间开放"
QUESTION = "清河市图书馆夜间开放期间共设座位多少个？"
FIGURE = SENTENCES[2]
OTHERS = {
    "桥梁.txt": "青山大桥合龙\n\n青山大桥昨日合龙，全长1200米，计划明年通车。大桥连接东西两岸，设双向六车道。",
    "苗圃.txt": "城北苗圃春季供苗\n\n城北苗圃今年春季供苗3万株，品种以银杏和国槐为主。市民可以到苗圃领取养护手册。",
}


def reprint(number):
    """Return the text as outlet `number` (0 to 9) prints it: its own dateline, paragraphs, marks, omissions."""
    kept = [s for i, s in enumerate(SENTENCES) if number < 5 or i != (0, 1, 3, 4, 5)[number - 5]]
    cut = number % 3 + 1
    paragraphs = ["".join(kept[i : i + cut + 2]) for i in range(0, len(kept), cut + 2)]
    text = "\n\n".join(paragraphs)
    if number % 2:
        text = text.replace("，", ",")
    if number == 4:
        text = text.replace("读者凭借书证", "读者凭\n借书证")
    dateline = ("", "新华社清河6月28日电（记者 王明）", "中新网6月29日电 ", "本报讯 ")[number % 4]
    return f"{TITLE}\n\n{dateline}{text}\n"


def write(folder, texts):
    """Write texts by file name into a new folder."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def reprints():
    """Return the ten reprints by file name."""
    return {f"转载{number}.txt": reprint(number) for number in range(10)}
