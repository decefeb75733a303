-- item_agent_state: one row a state that an agent entered, as the log has it; where it ends is read with its neighbours.
$latest
