(block body: (body) @class.inside) @class.around
(raw_block body: (raw_body) @class.inside) @class.around
(comment) @comment.inside @comment.around
