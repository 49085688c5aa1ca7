[(body) (raw_body)] @indent
"}" @outdent
