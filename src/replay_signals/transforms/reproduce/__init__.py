"""Scripts that reproduce a problem: from a judged session to the steps that matter, and from steps to code."""
