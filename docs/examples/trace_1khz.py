import leverkin as lk

recording = "mice/mouse_01/mouse_01_session_08.nwb"
results = lk.analyze(recording, keep_traces=True)
ax = lk.plot.trace(results, "mouse_01", 8, start_s=60, stop_s=80)
ax.figure.savefig("trace_1khz.png", dpi=200)
