"""How fast it is, beside something that does no more than it must.

``python -m bench [NAME …] [--check]`` runs the benches named (all by default). A bench is a module with a
function ``run(rounds, check) -> Report``, named in ``BENCHES`` of ``__main__``; ``timing`` measures, ``report`` prints
and keeps. Times depend on the machine and on what else it does; what counts is ratios of runs that took turns.
"""
