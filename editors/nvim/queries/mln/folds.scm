[(block) (raw_block)] @fold
