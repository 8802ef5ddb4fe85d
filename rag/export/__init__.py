def answer_text(a):
    return a[0].text
