import matplotlib.pyplot as plt

import leverkin as lk

files = lk.simulate("imaged", animals=1, sessions=3, minutes=8, seed=4, format="nwb")
lk.activity.simulate(files, cells=40, coupling=0.8, reliability=0.9, noise=0.05)  # no imaging of your own? this adds some
results = lk.analyze("imaged", out="imaged.h5")
found = lk.activity.analyze(results, out="activity.h5", shuffles=1000)
scored, truth = lk.structures.simulate(animals=5, seed=2)
spines = lk.structures.correct(scored)

with plt.rc_context(lk.plot.STYLE):
    figure, axes = plt.subplots(2, 3, figsize=(7.2, 4.2), layout="constrained")
    windows = lk.activity.trial_activity(results, (-0.2, 2.0), session=3)
    lk.plot.raster(windows, ax=axes[0, 0])
    lk.plot.activity_movement(found, ax=axes[0, 1])
    lk.plot.covariance(found, "mouse_01", ax=axes[0, 2])
    lk.plot.power(lk.activity.power([5, 10, 20, 40], [40], [0.0, 0.1, 0.2], repeats=30, permutations=39), ax=axes[1, 0])
    lk.plot.structures(lk.structures.dynamics(spines), ax=axes[1, 1])
    lk.plot.survival(lk.structures.survival(spines), ax=axes[1, 2])
figure.savefig("activity_figures.png", dpi=200)
