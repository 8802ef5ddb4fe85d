"""How questions are put: the kinds of question and their cues, and what may be asked of a piece itself."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "metadata",
    "list",
    "number",
    "date",
    "who",
    "organisation",
    "where",
    "definition",
    "why",
    "how",
    "yes_no",
    "open",
]

COUNT = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
COUNTED = r"(?:个|项|条|点|类|种|大|方面|步|件|位|家|部分|部门)"

# The kinds of question and their cues, in order of precedence: one row a kind. A cue is searched for in the
# folded question.
_CUES: list[tuple[Kind, str]] = [
    (
        "organisation",
        rf"(?:哪|什么)(?:些|几|{COUNT})?(?:个|家)?(?:部门|机构|单位|部委|会议)",
    ),
    (
        "list",
        rf"哪些|哪(?!一)(?!{COUNT}年){COUNT}|哪几(?!年|月|天)|有什么(?:举措|措施|特点|要求|内容|任务|原则|困难|问题|优势)|几个方面.*[是有]|{COUNT}{COUNTED}?(?:方面|举措|措施|原则|任务|重点|要求"
        rf"|路径|特征|工作|亮点|问题|类型|行业|领域|事|条件|机制|目标)[^,，]{{0,12}}(?:是什么|有什么|分别|包括|为何物|[?？]$)|(?:[2-9]|\d\d|[二两三四五六七八九十]){COUNTED}[^,，?？不差区]{{0,12}}是什么[?？]?$|分别是(?:什么|谁|哪)|列出|列举|都有(?:什么|谁)|包括什么",
    ),
    (
        "number",
        r"多少|几(?:个|家|项|类|种|万|亿|倍|成|年|届|次|部门|人|名|所|座|条)|百分之几|多大|多高|多长|占比是|比重是|第几|排名如何",
    ),
    (
        "date",
        r"何时|什么时候|啥时候|哪(?:一)?[年月天日]|几月|几号|什么时间|(?:时间|日期)(?:[?]?$|是|表|为)|截止(?:到)?什么|到哪年|从何时",
    ),
    (
        "organisation",
        r"(?:哪|什么)(?:个|些|几个|家)?(?:部门|机构|单位|公司|企业|组织|会议|国家|省|高校|大学|部委)",
    ),
    (
        "who",
        r"谁|哪(?:位|个人|一位|名)|什么人|何人|(?:导演|主演|主编|创始人|发明者|得主|冠军|主席|总裁|部长|局长|市长|省长|校长|院长)(?:是|叫)?[?]?$",
    ),
    ("where", r"哪里|哪儿|何地|何处|在哪|什么地方|哪(?:个|座)?(?:城市|地区|地方|省份)"),
    (
        "definition",
        r"什么是|何谓|何为|(?:是|指的?是|是指|叫做?|意味着)(?:个)?(?:什么|啥)(?:意思|概念|东西)?[?？。]?$|含义|定义|意思是|(?:怎么|如何|怎样)理解|怎么解释",
    ),
    ("why", r"为什么|为何|为啥|原因|缘何|凭什么"),
    ("how", r"如何|怎么|怎样|咋|何以"),
    ("yes_no", r"是否|是不是|有没有|能否|可否|会不会|能不能|(?:[吗嘛]|(?<![什怎])么)[?？]?$"),
]
_PIECE = r"(?:文章|报道|稿件|稿子|这篇|那篇|本文|访谈|专访|采访|新闻|消息|短讯|简讯|评论|社论|一文)"
_WHEN = r"(?:哪[一]?[天日年月]|什么时候|何时|几月几[日号]|几号|日期|什么时间)"
_PRINTED = r"(?:发表|刊登|刊发|刊载|见报|登出|登载|刊出|出版)"
_SPEECH = r"了?的?[^?？,，]{0,10}(?:声明|讲话|演讲|言论|公报|致辞|贺词|谈话|看法)"
_SIGNED = r"(?:印发|下发|成文|发文|制发)"
_RELEASED = r"(?:发布|公布|公开|出台)"
_BODY = r"(?:谁|(?:哪|什么)[个些几家两三四五六]{0,2}(?:机关|部门|单位|机构|部委))"
# What may be asked of a piece itself, with its cues. A certain one is asked of nothing else; the others may as
# well be asked of what the text tells (何时印发), and are looked for there where the lines around it are silent.
_FIELDS: list[tuple[str, bool, str]] = [
    (
        "photographer",
        True,
        r"(?:照片|图片|配图|插图|图中|图)[^,，]{0,14}(?:谁|哪位|哪个|何人|什么人|记者|摄影)|(?:谁|哪位|哪个|哪名)[^,，]{0,6}(?:拍|摄)|摄影(?:师|记者|者)?[^,，]{0,4}(?:谁|哪|叫)",
    ),
    (
        "interviewee",
        True,
        r"(?:采访|专访|访谈|对话|访问)(?:的)?(?:对象|嘉宾|人物)?(?:是|为)?(?:谁|哪位|何人|什么人)|(?:采访|专访)了(?:谁|哪位)|受访(?:者|人|嘉宾)",
    ),
    (
        "authors",
        True,
        r"作者|谁写|谁撰写|撰稿|撰写人|执笔|署名|采写|(?:哪|谁)[^,，]{0,10}(?:写|撰写|撰文)的?(?:[?？]|$|,)|哪[^,，]{0,8}(?:作者|学者|专家|记者)(?:写|撰写|采写|报道)|(?<!摄影)记者(?:的)?(?:是谁|是哪位|叫|名字|姓名|姓甚)|哪[位名个](?:新华社|本报)?记者(?!.{0,6}[拍摄])",
    ),
    ("editor", True, r"责任编辑|责编|编辑(?:是谁|叫|的名字)"),
    (
        "outlet",
        True,
        rf"哪[一]?[家份个]?(?:报纸|报刊|报社|媒体|网站|杂志|刊物|报(?![告道]))|{_PIECE}[^,，]{{0,8}}(?:来源|出处|出自|登在|来自)(?!第?几版|哪[一个]?版)|(?:刊登|发表|刊载|登载|刊发|登)(?:在|于)(?:哪|什么)(?!.{{0,3}}版)",
    ),
    (
        "date",
        True,
        rf"{_WHEN}[^,，]{{0,4}}{_PRINTED}(?!{_SPEECH})|{_PRINTED}(?!{_SPEECH})[^,，]{{0,10}}{_WHEN}|{_PIECE}[^,，]{{0,6}}{_WHEN}[^,，]{{0,4}}(?:发布|发出|发的|登的)|{_PRINTED}[^,，]{{0,4}}(?:时间|于哪|在哪[天日])|哪[天日][、,，和]?在?(?:哪|什么|谁)[^,，]{{0,10}}(?:{_PRINTED}|登|报)",
    ),
    ("time", True, rf"几点(?:几分|钟|多)?[^,，]{{0,6}}(?:发布|发出|{_PRINTED})"),
    ("edition", True, r"第?几(?:个)?版(?!本)|(?:登|刊|载|发|见|在|报)[^,，]{0,6}哪[一个]?版(?!本)|版次|版面"),
    ("issue", True, r"第几期|多少期|哪一期|期号|期数"),
    ("pages", True, r"(?<!第)(?:多少|几)个?版(?:面)?[?？]?$|(?:共|有)(?:多少|几)个?版"),
    ("postal", True, r"邮发代号"),
    ("serial", True, r"刊号|出版物号"),
    ("number", True, r"文号|发文字号|文件编号|(?:多少|几|什么)号文"),
    ("signer", True, r"签发人"),
    (
        "supervisor",
        False,
        r"主管(?:单位|部门|方)?(?:[、,和]|是|为)?[^,，]{0,3}(?:谁|哪)|(?:谁|哪)[^,，、]{0,6}主管",
    ),
    (
        "organiser",
        False,
        r"主办(?:单位|部门|方)?(?:[、,和]|是|为)?[^,，]{0,3}(?:谁|哪)|(?:谁|哪)[^,，、]{0,6}主办",
    ),
    (
        "issuer",
        False,
        rf"(?:发文|制发|印发|发布|制定)(?:机关|机构|单位|部门)|{_BODY}[^,，]{{0,6}}(?:{_SIGNED}|{_RELEASED}|联合发|发的|制定)",
    ),
    (
        "signed",
        False,
        rf"(?:落款|签署|{_SIGNED})(?:的)?(?:日期|时间)|{_WHEN}[^,，]{{0,4}}{_SIGNED}|{_SIGNED}[^,，]{{0,3}}{_WHEN}",
    ),
    (
        "released",
        False,
        rf"{_RELEASED}(?:的)?(?:日期|时间)|{_WHEN}[^,，]{{0,4}}{_RELEASED}|{_RELEASED}[^,，]{{0,3}}{_WHEN}",
    ),
    (
        "post",
        False,
        r"(?<!者)(?<!的)是谁[?？]?$|身份|职务|职位|头衔|什么人|(?:哪|什么)(?:个|所|家)?(?:学校|大学|单位|机构)(?:工作|任职|的)?[?？,，]?$|作者(?:介绍|简介)",
    ),
]
_SPOKEN = r"(?:说|讲|提出|表示|强调|指出|谈到|回应|介绍|宣布|透露|通报)"
Occasion = Literal["piece", "where", "when"]
OCCASIONS: list[tuple[Occasion, re.Pattern[str]]] = [
    ("piece", re.compile(r"哪一?[篇份](?:文章|报道|访谈|专访|文件|讲话|稿件|评论|文)")),
    (
        "where",
        re.compile(
            rf"(?:什么|哪(?:个|次|场)?)(?:场合|会议|会上|活动|论坛|仪式|发布会|座谈会)[^,，]{{0,6}}{_SPOKEN}|(?:哪里|哪儿|何处|什么地方)[^,，]{{0,3}}{_SPOKEN}"
        ),
    ),
    ("when", re.compile(rf"(?:什么时候|何时|哪[一]?[天日年月]|什么时间)[^,，]{{0,6}}{_SPOKEN}")),
]
KINDS = [(kind, re.compile(cue)) for kind, cue in _CUES]
"""The kinds of question with their cues, in order of precedence."""
FIELDS = [(name, certain, re.compile(cue)) for name, certain, cue in _FIELDS]
"""What may be asked of a piece itself, whether the cue is certain, and the cue."""
