"""The engine: one request from text to artifacts.

``resolve`` (``convert``, ``choice``, ``seeds``) makes a resolved request; ``check`` reads its assets and runs
all rules; ``planning`` runs the workflow without sending; ``running`` runs it, step by step (``step``);
``report`` says what came of it; ``told`` passes progress on; ``networks`` opens the way out.
"""
