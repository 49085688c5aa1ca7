[(body) (raw_body)] @indent.begin
"}" @indent.branch @indent.end
