"""Pages in a real browser: their numbers, drags by mouse, finger and keys, and what fails there."""

import json
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest

from app.__main__ import main
from app.export import web_page, web_scene
from app.export.web_page import MODULES
from app.model import scene_file
from app.model.lessons import first_scene
from app.model.scene import completed
from compute import open_engine
from compute.families import families, manifold
from compute.gpu.catalogue import SOURCES, wgsl
from compute.manifold.tangent import norm
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.transport import TransportRequest
from tests.browser import NO_WEBGPU, WEBGPU, Browser

HEADS = Path(__file__).parents[3] / "assets" / "heads"
# of the program's numbers: single precision and a Newton step less
CLOSE = 1e-4
# the device as the page opened it, so that a test can take it away
CAUGHT = """
const asked = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...given) {
  window.device = await asked.apply(this, given);
  return window.device;
};
"""


@pytest.fixture(scope="module")
def browser():
    made = Browser(*WEBGPU)
    yield made
    made.close()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Export a scene, once."""
    folder = tmp_path_factory.mktemp("pages")
    known = {}

    def export(scene, name=""):
        name = name or str(scene)
        if name not in known:
            known[name] = folder / f"{len(known)}.html"
            assert main(
                ["export", str(scene), "-o", str(known[name]), "--engine", "reference"]
            ) in (0, 1)
        return known[name]

    return export


def by_reference(family, shown, alpha=0.0):
    """The program's path between the pins that a page shows."""
    m = manifold(family)
    a, b = (np.array([[shown[f"{pin}: {name}"] for name in m.coordinates]]) for pin in ("A", "B"))
    return open_engine("reference").connect(ConnectRequest(m, a, b, alpha, 128))


@pytest.mark.parametrize("scene", ["gaussian", "beta", "von_mises", "gamma", "bank", "categorical"])
def test_the_numbers_of_a_page_are_the_programs(browser, exported, scene):
    page = browser.open(exported(scene))
    page.ready()
    shown = page.measures()
    family = json.loads(
        scene_file.to_text(scene_file.load(exported(scene)), exported(scene).parent)
    )["family"]
    paths = by_reference(family, shown)
    assert page.status() == "converged"
    assert shown["Fisher–Rao length"] == pytest.approx(float(paths.length[0]), rel=CLOSE)
    assert shown["Energy"] == pytest.approx(float(paths.energy[0]), rel=CLOSE)
    m = manifold(family)
    ends = np.array([[shown[f"{pin}: {name}"] for name in m.coordinates] for pin in ("A", "B")])
    k = m.curvature(ends)
    found = [shown["Curvature at A"], shown["Curvature at B"]]
    np.testing.assert_allclose(found, k, rtol=2e-3, atol=2e-4)
    assert page.faults() == []


@pytest.mark.parametrize("how", ["mouse", "finger", "keys"])
def test_a_pin_is_dragged(browser, exported, how):
    page = browser.open(exported("gaussian"))
    page.ready()
    before = page.measures()
    if how == "mouse":
        page.drag("pin-a", 60, -40)
    elif how == "finger":
        page.touch("pin-a", 60, -40)
    else:
        page.value("document.getElementById('pin-a').focus()")
        for key in (*["ArrowRight"] * 8, *["ArrowUp"] * 5):
            page.key(key)
    page.at_rest()
    after = page.measures()
    assert after["A: μ"] > before["A: μ"] + 0.1 and after["A: σ"] > before["A: σ"] + 0.05
    assert after["B: μ"] == before["B: μ"]
    length = float(by_reference("gaussian", after).length[0])
    assert after["Fisher–Rao length"] == pytest.approx(length, rel=CLOSE)
    said = page.value("document.getElementById('pin-a').getAttribute('aria-label')")
    assert said.startswith("A at μ = ")
    assert page.faults() == []


# compiling transport ends when the test lets it
HELD = """
const gate = new Promise((done) => { window.release = done; });
const compiled = GPUDevice.prototype.createComputePipelineAsync;
GPUDevice.prototype.createComputePipelineAsync = async function (asked) {
  if (asked.compute.module.label === "transport") await gate;
  return compiled.call(this, asked);
};
"""


def test_pins_are_dragged_before_the_vector_can_be_carried(browser, exported):
    page = browser.open(exported("gaussian"), HELD)
    page.live()
    before = page.measures()
    assert np.isnan(before["Transport error"])
    assert page.status() == "converged; the vector is carried soon: its kernels are not ready"
    answers = "Number(document.getElementById('stage').dataset.answers)"
    count = page.value(answers)
    page.drag("pin-a", 60, -40)
    page.until(f"{answers} > {count}")
    page.value("window.release()")
    page.ready()
    page.at_rest()
    after = page.measures()
    assert after["A: μ"] > before["A: μ"] + 0.1
    length = float(by_reference("gaussian", after).length[0])
    assert after["Fisher–Rao length"] == pytest.approx(length, rel=CLOSE)
    assert after["Transport error"] < 1e-3 and page.status() == "converged"
    assert page.faults() == []


def test_a_page_without_kernels_of_transport_says_so_and_stays(browser, exported):
    refused = HELD.replace("await gate", "throw new Error('refused')")
    page = browser.open(exported("gaussian"), refused)
    page.ready()
    page.drag("pin-a", 60, -40)
    page.at_rest()
    shown = page.measures()
    length = float(by_reference("gaussian", shown).length[0])
    assert shown["Fisher–Rao length"] == pytest.approx(length, rel=CLOSE)
    assert np.isnan(shown["Transport error"])
    said = "This browser's WebGPU does not compile the kernel transport: refused"
    assert page.status() == f"converged; the vector is not carried: {said}"
    assert page.value("document.getElementById('note').hidden")


def test_a_key_that_is_let_go_elsewhere_ends_a_move(browser, exported):
    page = browser.open(exported("gaussian"))
    page.ready()
    page.value(KEPT)
    page.until("window.answer")
    page.value("document.getElementById('pin-a').focus()")
    before = page.measures()["A: μ"]
    page.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight")
    page.value("document.getElementById('reset').focus()")
    page.key("ArrowRight")
    page.at_rest()
    assert page.measures()["A: μ"] > before
    assert page.value("window.answer.path.theta.length") == 129


def test_a_playhead_that_moves_while_an_answer_is_computed_moves_its_distribution(
    browser, exported
):
    page = browser.open(exported("gaussian"))
    page.ready()
    page.value("""import('page/viewer').then(({ Viewer }) => {
      const { compute } = Viewer.prototype;
      Viewer.prototype.compute = async function (request) {
        const answer = await compute.call(this, request);
        window.viewer = this;
        if (this.playhead !== 1) await this.turnTo(1);
        return answer; }; })""")
    page.value("document.getElementById('alpha').dispatchEvent(new Event('change'))")
    page.at_rest()
    page.painted()
    at_b, at_point = page.value("window.viewer.answer.rows.p.slice(1).map((p) => [...p])")
    np.testing.assert_allclose(at_point, at_b, atol=1e-3)


@pytest.mark.parametrize("alpha", [-1, 0.5, 1])
def test_the_other_connections_are_the_programs(browser, exported, alpha):
    # at 1 rays of single precision stray: gaps of segments are closed instead
    page = browser.open(exported("gaussian"))
    page.ready()
    page.value(
        f"(() => {{ const s = document.getElementById('alpha'); s.value = {alpha};"
        " s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')); })()"
    )
    page.at_rest()
    shown = page.measures()
    paths = by_reference("gaussian", shown, alpha)
    assert page.status() == "converged"
    text = f"{alpha:g}".replace("-", "−")
    length = shown[f"Length of the α-geodesic (α = {text})"]
    assert length == pytest.approx(paths.length[0], rel=CLOSE)
    assert shown["Energy"] == pytest.approx(paths.energy[0], rel=2 * CLOSE)
    assert 0.0 < shown["Transport error"] < 1e-3


@pytest.mark.parametrize(
    "family, a, b",
    [
        ("gaussian", (2.287458, 1.17792), (-2.048894, 0.588752)),
        ("gamma", (13.579482, 1.291572), (0.400626, 0.437039)),
    ],
)
def test_an_energy_has_the_digits_of_its_length(browser, exported, tmp_path, family, a, b):
    """The speed of these α-geodesics is not constant: a small miss is five times as large in E."""
    pins = {"start": {"theta": a}, "end": {"theta": b}, "alpha": -0.95}
    page = browser.open(exported(scene_file_of(tmp_path, family, **pins), f"{family} −0.95"))
    page.ready()
    paths = by_reference(family, page.measures(), -0.95)
    assert page.status() == "converged"
    assert page.measures()["Energy"] == pytest.approx(paths.energy[0], rel=CLOSE)


def test_an_energy_that_shorter_steps_change_is_not_called_converged(browser, exported, tmp_path):
    """Of this α-geodesic the speed falls by a third in its last interval: E is 3 % too large."""
    pins = {"start": {"theta": (-8.029247, -1.632836)}, "end": {"theta": (-1.647482, -6.366147)}}
    lens = first_scene.load("lens").family
    scene = scene_file_of(tmp_path, lens, **pins, alpha=-0.95)
    page = browser.open(exported(scene, "lens −0.95"))
    page.ready()
    assert page.status().startswith("not converged")
    assert page.value("document.getElementById('measures').className") == "stale"


def test_half_steps_show_the_error_of_steps_that_the_kernel_halves_itself(browser, exported):
    """With the kernel's own bounds both runs have equal steps, and the energies are the same."""
    page = browser.open(exported("gaussian"))
    page.ready()
    # each of 16 segments is this ray, in four steps
    v, segments = (3.0, 1.0), 16
    own, finer = page.value(
        asked(f"""(await import('page/chain').then(({{ energies }}) => {{
          const theta = Array({4 * segments + 1}).fill([0, 1]);
          const velocity = theta.map(() => [{segments * v[0]}, {segments * v[1]}]);
          return energies(session, {{ theta, velocity }}, 0.5); }}))""")
    )
    ray = ShootRequest(manifold("gaussian"), np.array([[0.0, 1.0]]), np.array([v]), 0.5, 2048)
    energy = segments**2 * float(open_engine("reference").shoot(ray).energy[0])
    assert abs(own / energy - 1) > CLOSE
    assert own / finer - 1 == pytest.approx(own / energy - 1, rel=0.2)


def test_what_a_converged_geodesic_lacks_is_said(browser, exported):
    page = browser.open(exported("categorical"))
    page.ready()
    # √K times the length, K = 1/4: a point is conjugate at π
    path = "({ status: 'OK', energy: (2 * turn) ** 2, theta: Array(129).fill(request.start) })"
    turns = f"[3.1, 3.2].map((turn) => checked(session, {path}, null, 0))"
    assert page.value(asked(turns)) == ["OK", "CONJUGATE_POINT"]
    # 2 arccos Σ√(pq) = 0.9273, √J = 0.9376 of (½, ½) and (9/10, 1/10)
    path = "{ status: 'OK', length, residual: 0, energy: 1, theta: [request.start] }"
    rows = "{ outcomes: true, p: [[0.5, 0.5], [0.9, 0.1]], exact: true }"
    lengths = (
        f"[0.927, 0.9275, 0.9374, 0.9378].map((length) => checked(session, {path}, {rows}, 0))"
    )
    assert page.value(asked(lengths)) == ["NOT_CONVERGED", "OK", "OK", "NOT_SHORTEST"]


def asked(expression):
    """A script that awaits an array of the page's checks, with its session and its pins."""
    return f"""(async () => {{
      const {{ checked }} = await import('page/checks');
      const {{ Viewer }} = await import('page/viewer');
      const {{ session, request }} = await new Promise((done) => {{
        Viewer.prototype.compute = async function (request) {{
          done({{ session: this.session, request }});
          return {{ outside: 'A' }}; }};
        document.getElementById('alpha').dispatchEvent(new Event('change'));
      }});
      return Promise.all({expression}); }})()"""


def scene_file_of(folder, family, **given):
    """Write a scene; return its path."""
    path = folder / "scene.json"
    head = {"format": "attention-geodesics/scene", "version": 1, "family": family}
    path.write_text(json.dumps({**head, **given}))
    return path


# keeps the answers that a page shows
KEPT = """import('page/viewer').then(({ Viewer }) => {
  const compute = Viewer.prototype.compute;
  Viewer.prototype.compute = async function (request) {
    window.answer = await compute.call(this, request);
    return window.answer; };
  document.getElementById('alpha').dispatchEvent(new Event('change')); })"""


def test_where_g_is_small_vectors_are_carried_to_the_end_itself(browser, exported, tmp_path):
    a, b, v = (-2.27498583, 14.25495018), (-33.76236677, -6.07123099), (1.0, 0.3)
    bank = "attention:bank?layer=4&head=9"
    pins = {"start": {"theta": a}, "end": {"theta": b}, "vector": v}
    page = browser.open(exported(scene_file_of(tmp_path, bank, **pins), "saturated"))
    page.ready()
    page.value(KEPT)
    page.until("window.answer")
    page.at_rest()
    assert page.status() == "converged"
    paths = by_reference(bank, page.measures())
    m, vectors = manifold(bank), np.array([v])
    request = TransportRequest(m, paths.theta, paths.velocity, vectors)
    expected = open_engine("reference").transport(request).vectors[0, -1]
    found = np.array(page.value("window.answer.carried.vectors.at(-1)"))
    metric = m.geometry(np.array(b)).metric
    # 2.8e-4 if they are carried to where the float32 curve ends
    off = norm(metric, found - expected) / norm(metric, expected)
    assert off < 2e-5
    assert 0.5 * off < page.measures()["Transport error"] < 1e-3


def test_a_curve_that_its_nodes_do_not_resolve_carries_no_vector(browser, exported):
    page = browser.open(exported("gaussian"))
    page.ready()
    path = "{ theta: [[0, 1], [1, 1], [2, 1]], velocity: [[2, 0], [2, 0], [2, SIDE]] }"
    script = f"""(async () => {{
      const {{ transport }} = await import('page/transport');
      const {{ Viewer }} = await import('page/viewer');
      const viewer = await new Promise((done) => {{
        Viewer.prototype.compute = async function () {{ done(this); return {{ outside: 'A' }}; }};
        document.getElementById('alpha').dispatchEvent(new Event('change'));
      }});
      const {{ status }} = await transport(viewer.session, viewer.manifold, {path}, [1, 0], 0);
      return status; }})()"""
    # the mean of the last velocities differs from the chord by SIDE / 4
    assert page.value(script.replace("SIDE", "1.9")) == "OK"
    assert page.value(script.replace("SIDE", "2.1")) == "NOT_CONVERGED"


def test_measurements_do_not_bound_the_length_of_a_quarter_of_their_metric(
    browser, exported, tmp_path
):
    pins = {"start": {"theta": [-0.6, 0.5]}, "end": {"theta": [0.7, 0.4]}}
    scene = scene_file_of(tmp_path, "bures_slice_bures", **pins)
    page = browser.open(exported(scene, "bures"))
    page.ready()
    length = float(by_reference("bures_slice_bures", page.measures()).length[0])
    assert page.status() == "converged"
    assert page.measures()["Fisher–Rao length"] == pytest.approx(length, rel=CLOSE)


def test_points_of_data_are_named_on_the_page(browser, exported, tmp_path):
    points = [{"theta": [0.5, 1.5], "label": "here"}, {"theta": [-1.0, 0.7], "label": "there"}]
    scene = scene_file_of(tmp_path, "gaussian", points=points)
    page = browser.open(exported(scene, "points"))
    page.ready()
    marks = page.value("""(() => {
      const { scenes } = JSON.parse(document.getElementById('data').textContent);
      return scenes[0].landmarks; })()""")
    assert marks == points
    assert "Not on the page" not in page.value("document.querySelector('footer').textContent")


def test_a_pin_stays_where_it_can_be_seen(browser, exported):
    page = browser.open(exported("gaussian"))
    page.ready()
    page.drag("pin-a", 0, 900, steps=2)
    page.drag("pin-b", 900, 0, steps=2)
    page.at_rest()
    page.painted()
    assert page.status() == "converged"
    for pin in ("pin-a", "pin-b"):
        assert page.value(f"!document.getElementById('{pin}').classList.contains('away')")


def test_a_view_is_not_lost_by_zooming(browser, exported):
    page = browser.open(exported("gaussian"))
    page.ready()
    x, y = page.middle("pin-a")
    for turn in (-1e5, 1e5):  # over a pin too the wheel zooms; a view without width would hang
        for _ in range(3):
            page.call(
                "Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=turn
            )
    page.until("document.getElementById('circles').textContent")
    page.painted()
    assert page.value("window.scrollY") == 0
    (a, _), (b, _) = page.middle("pin-a"), page.middle("pin-b")
    assert 1 < b - a < 20  # of 276 pixels, a hundredth
    assert page.faults() == []


def fingers(page, kind, *places):
    """Send a touch event with fingers at these places."""
    points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
    page.call("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=points)


def test_two_fingers_zoom_and_a_second_one_takes_no_pin(browser, exported):
    page = browser.open(exported("gaussian"))
    page.ready()
    x, y = page.middle("pin-a")
    fingers(page, "Start", (x, y))
    fingers(page, "Start", (x, y), (x + 9, y))
    fingers(page, "Move", (x, y), (x + 90, y))
    fingers(page, "End")
    page.painted()
    assert page.middle("pin-a") == pytest.approx((x, y), abs=0.1)
    apart = page.middle("pin-b")[0] - x
    x, y = page.middle("picture")
    fingers(page, "Start", (x - 20, y + 90))
    fingers(page, "Start", (x - 20, y + 90), (x + 20, y + 90))
    fingers(page, "Move", (x - 30, y + 90), (x + 30, y + 90))
    fingers(page, "End")
    page.until(f"document.getElementById('pin-b').offsetLeft > {x}")
    page.at_rest()
    page.painted()
    ratio = (page.middle("pin-b")[0] - page.middle("pin-a")[0]) / apart
    assert ratio == pytest.approx(1.5, rel=0.02)


def test_a_pin_stays_inside_the_domain(browser, exported):
    page = browser.open(exported("categorical3_expectation"))
    page.ready()
    page.drag("pin-a", 0, 900)
    page.at_rest()
    shown = page.measures()
    p = np.array([shown["A: p₁"], shown["A: p₂"]])
    assert (p > 0).all() and p.sum() < 1
    assert "domain" in page.status() or page.status() == "converged"


def test_a_curve_that_is_no_geodesic_says_so(browser, exported, tmp_path):
    scene = tmp_path / "far.json"
    scene.write_text(
        json.dumps(
            {
                "format": "attention-geodesics/scene",
                "version": 1,
                "family": "beta",
                "start": {"theta": [0.002, 900.0]},
                "end": {"theta": [900.0, 0.002]},
                "alpha": 1.0,
            }
        )
    )
    page = browser.open(exported(scene, "far"))
    page.ready()
    assert "not converged" in page.status()
    assert page.value("document.getElementById('measures').className") == "stale"


def test_a_density_that_single_precision_does_not_resolve_is_not_drawn(browser, exported, tmp_path):
    scene = tmp_path / "narrow.json"
    pins = {"start": {"theta": [1.0, 4e-6]}, "end": {"theta": [0.0, 1.0]}}
    scene.write_text(
        json.dumps(
            {"format": "attention-geodesics/scene", "version": 1, "family": "laplace", **pins}
        )
    )
    page = browser.open(exported(scene, "narrow"))
    page.ready()
    page.until("/: A/.test(document.getElementById('left-out').textContent)")
    assert page.faults() == []


def test_a_lost_device_is_opened_again_and_then_given_up(browser, exported):
    page = browser.open(exported("gaussian"), CAUGHT)
    page.ready()
    page.drag("pin-a", 60, -40)
    page.at_rest()
    dragged = page.measures()
    page.value("window.device.destroy()")
    page.ready("again")
    assert page.measures() == pytest.approx(dragged, abs=1e-4)
    page.value("window.device.destroy()")
    page.until("!document.getElementById('still').hidden")
    assert page.said().startswith("The graphics device was lost twice.")


def test_without_webgpu_the_still_picture_and_one_sentence(exported):
    browser = Browser(*NO_WEBGPU)
    try:
        page = browser.open(exported("gaussian"))
        page.until("/WebGPU/.test(document.getElementById('note').textContent)")
        assert page.said().endswith("This is the picture as it was exported.")
        assert (
            page.value("document.querySelector('#still svg').getBoundingClientRect().width") > 300
        )
        assert page.value("document.getElementById('stage').hidden")
    finally:
        browser.close()


def test_a_lesson_is_a_page_with_its_steps(browser, exported):
    page = browser.open(exported("straight-line"))
    page.ready()
    assert page.value("document.getElementById('count').textContent") == "1 of 5"
    page.value("document.getElementById('next').click()")
    page.until("document.getElementById('heading').textContent === 'What length means'")
    page.value("document.getElementById('next').click()")
    page.until("Number(document.querySelector('#measures td')?.dataset.value) < 1")
    assert page.measures()["Fisher–Rao length"] == pytest.approx(0.0999, abs=1e-3)
    assert page.faults() == []


# resizes the window while kernels compile, and counts those that do; those of later scenes wait for a
# gate or are refused, if a test has set one
COMPILING = (
    CAUGHT
    + """
window.compiling = window.made = 0;
const compiled = GPUDevice.prototype.createComputePipelineAsync;
GPUDevice.prototype.createComputePipelineAsync = async function (...given) {
  window.compiling++;
  window.dispatchEvent(new Event('resize'));
  const { kernels, scenes } = JSON.parse(document.getElementById('data').textContent);
  const first = Object.keys(kernels[scenes[0].kernels].kernels).length;
  try {
    if (++window.made > first) {
      if (window.refuses) throw new Error('refused');
      await window.gate;
    }
    return await compiled.apply(this, given);
  } finally { window.compiling--; }
};
"""
)
# counts buffers that are not destroyed, and those from which an answer is read
BUFFERS = """
window.buffers = new Set();
window.reading = () => [...window.buffers].filter((b) => b.usage & GPUBufferUsage.MAP_READ).length;
const create = GPUDevice.prototype.createBuffer, destroy = GPUBuffer.prototype.destroy;
GPUDevice.prototype.createBuffer = function (...given) {
  const buffer = create.apply(this, given);
  window.buffers.add(buffer);
  return buffer;
};
GPUBuffer.prototype.destroy = function () {
  window.buffers.delete(this);
  return destroy.call(this);
};
"""
NEXT, BACK = (f"document.getElementById('{name}').click()" for name in ("next", "back"))
COUNT = "document.getElementById('count').textContent"


@pytest.fixture(scope="module")
def turned(tmp_path_factory, exported):
    """A lesson whose second step is another family, whose kernels take longer to compile."""
    lesson = tmp_path_factory.mktemp("lesson") / "turned.md"
    step = "## {}\n\nText.\n\n```scene\n{}\n```\n\n"
    near, far = (f"family: gaussian\nA: (0, 1)\nB: ({x}, 1)" for x in (1, 4))
    task = "```do\nChoose.\ncheck: chart is disk\nanswer: chart: disk\n```\n"
    texts = [("One", near), ("Two", "family: beta"), ("Three", far)]
    lesson.write_text("# Turned\n\n" + "".join(step.format(*text) for text in texts) + task)
    return exported(lesson, "turned")


def curve_pixels(page):
    """The number of pixels in the colour of a geodesic."""
    return page.value("""(() => {
      const { looks } = JSON.parse(document.getElementById('data').textContent).scenes[0];
      const colour = looks.light.geodesic.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
      const canvas = document.getElementById('picture');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) if (colour.every((c, k) => data[i + k] === c)) found++;
      return found; })()""")


def test_of_steps_in_a_row_only_the_last_is_shown(browser, turned):
    page = browser.open(turned, COMPILING)
    page.ready()
    line = page.value("document.getElementById('line').textContent")
    said = "document.getElementById('status').textContent"
    assert page.value(f"{NEXT}; {NEXT}; {said}") == "preparing the kernels…"
    page.at_rest()
    page.until("window.compiling === 0")
    page.painted()
    page.at_rest()
    assert page.value(COUNT) == "3 of 3"
    shown = page.measures()
    assert shown["B: μ"] == 4 and page.status() == "converged"
    length = float(by_reference("gaussian", shown).length[0])
    assert shown["Fisher–Rao length"] == pytest.approx(length, rel=CLOSE)
    page.value(BACK)
    page.at_rest()
    assert page.value("document.getElementById('line').textContent") != line
    assert "A: a" in page.measures()
    assert page.faults() == []


def test_a_step_is_never_shown_with_the_picture_of_another(browser, turned):
    held = "window.gate = new Promise((done) => { window.release = done; });"
    page = browser.open(turned, COMPILING + held)
    page.ready()
    assert curve_pixels(page) > 100
    page.value(NEXT)
    page.painted()
    place = "document.getElementById('pin-a').getAttribute('aria-label')"
    assert page.value(place).startswith("A at a = ")
    assert curve_pixels(page) == 0 and page.measures() == {}
    page.drag("pin-a", 30, -30)  # moved while the kernels compile
    page.painted()
    moved = page.value(place)
    page.value("window.release()")
    page.at_rest()
    page.painted()
    assert page.value(place) == moved
    assert page.measures()["A: a"] == pytest.approx(float(moved.split()[4].strip(",")), rel=1e-3)
    assert curve_pixels(page) > 100
    assert page.faults() == []


def test_a_step_that_fails_is_said_and_the_others_stay(browser, turned):
    page = browser.open(turned, COMPILING + "window.refuses = true;")
    page.ready()
    page.value(NEXT)
    page.until("/refused/.test(document.getElementById('note').textContent)")
    assert page.said().startswith("This browser's WebGPU does not compile the kernel ")
    assert page.status() == "not computed" and page.measures() == {}
    page.painted()
    assert curve_pixels(page) == 0
    page.value(NEXT)
    page.at_rest()
    assert page.status() == "converged" and page.measures()["B: μ"] == 4
    assert page.value("document.getElementById('note').hidden")


def test_a_step_says_what_the_page_lacks(browser, turned):
    page = browser.open(turned)
    page.ready()
    said = "[...document.querySelectorAll('#absent p')].map((p) => p.textContent)"
    [general] = page.value(said)
    assert general.startswith("Panels, menus, layers and keys that the text names are in the")
    page.value("for (const turn of [1, 2]) document.getElementById('next').click()")
    assert page.value(said) == [
        "The task is for the program: the page does not have another chart.",
        general,
    ]


def test_what_fails_is_said_in_one_sentence_until_it_is_computed(browser, exported):
    page = browser.open(exported("gaussian"), CAUGHT)
    page.ready()
    page.value("""import('page/viewer').then(({ Viewer }) => {
      const compute = Viewer.prototype.compute;
      Viewer.prototype.compute = async function (request) {
        if (window.planted) throw new Error('planted');
        return compute.call(this, request); }; })""")
    page.value("window.planted = true")
    page.drag("pin-a", 60, -40)
    page.until("/planted/.test(document.getElementById('note').textContent)")
    assert page.said() == "The page failed: planted."
    assert page.status() == "not computed"
    assert page.value("document.getElementById('measures').className") == "stale"
    page.value("window.planted = false")
    page.drag("pin-a", 60, -40)
    page.at_rest()
    assert page.status() == "converged" and page.value("document.getElementById('note').hidden")
    # an error that no promise reports
    page.value("window.device.createBuffer({ size: 4, usage: 0 }), window.device.queue.submit([])")
    page.until("!document.getElementById('note').hidden")
    assert page.said().startswith("The page failed: ")


def test_the_last_step_leaves_the_keyboard_a_button(browser, turned):
    page = browser.open(turned)
    page.ready()
    page.value(f"document.getElementById('next').focus(); {NEXT}; {NEXT}")
    assert page.value("document.activeElement.id") == "back"
    page.at_rest()


def test_a_device_lost_between_steps_keeps_no_pins_of_another(browser, turned):
    page = browser.open(turned, COMPILING)
    page.ready()
    page.drag("pin-a", 60, -40)
    page.at_rest()
    page.value("for (const turn of [1, 2]) document.getElementById('next').click()")
    page.value("window.device.destroy()")
    page.ready("again")
    page.at_rest()
    shown = page.measures()
    assert (shown["A: μ"], shown["A: σ"], shown["B: μ"]) == (0, 1, 4)
    assert page.status() == "converged" and page.value("document.getElementById('note').hidden")


def test_turning_steps_makes_no_new_buffers(browser, turned):
    page = browser.open(turned, BUFFERS)
    page.ready()
    counts = []
    for _ in range(3):
        for turn in (NEXT, NEXT, BACK, BACK):
            page.value(turn)
            page.at_rest()
            page.until("document.getElementById('circles').textContent")
            page.painted()
        # each tile of a map is read from a buffer of its own
        counts.append(page.value("window.buffers.size - window.reading()"))
    page.until("window.reading() === 0")
    assert counts[1] == counts[2]
    assert page.faults() == []


def test_an_inexact_vector_is_marked(browser, exported):
    page = browser.open(exported("gaussian"))
    page.ready()
    answers = """[
      ['OK', 0.0005], ['OK', 0.0028], ['LEFT_DOMAIN', 0], ['NOT_CONVERGED', 0],
    ].map(([status, error]) => ({ carried: { status, error } }))"""
    doubts = f"""import('page/measures').then(({{ doubts }}) =>
      {answers}.map((answer) => doubts(answer, (name) => `of ${{name}}`, {{ drift: 1e-3 }})))"""
    assert page.value(doubts) == [
        "",
        "; carried vector: its error is 0.0028 of its length",
        "; carried vector: of LEFT_DOMAIN",
        "; the vector is not carried: too few nodes for this curve",
    ]


def test_a_page_names_no_folder_of_its_maker(tmp_path):
    """The kernels of a head's file have a number; the scene names the file from the page's folder."""
    page, head = tmp_path / "page.html", tmp_path / "mine.npz"
    copyfile(HEADS / "bank.npz", head)
    family = f"attention:{head}?layer=4&head=9"
    assert main(["export", family, "-o", str(page), "--engine", "reference"]) == 0
    text = page.read_text("utf-8")
    is_named = {word: word in text for word in ("attention:mine.npz?", '"kernels":"kernels 0"')}
    assert [word for word, there in is_named.items() if not there] == []
    assert text.count(str(tmp_path)) == 0


def test_every_kernel_of_every_family_compiles_in_the_browser(browser, exported):
    page = browser.open(exported("gaussian"), CAUGHT)
    page.ready()
    texts = {}
    for family in families():
        m = manifold(family)
        for kernel in (*SOURCES, *(["density"] if m.slot.density else [])):
            texts.setdefault(wgsl(m, kernel), f"{family} {kernel}")
    page.value(f"void (window.texts = {json.dumps(list(texts))})")
    problems = page.value(
        "Promise.all(window.texts.map(async (code, i) => {"
        " const made = window.device.createShaderModule({ code });"
        " const { messages } = await made.getCompilationInfo();"
        " const bad = messages.filter((m) => m.type === 'error');"
        " return bad.length ? [i, bad[0].message] : null; })).then((all) => all.filter(Boolean))"
    )
    names = list(texts.values())
    assert [(names[i], message) for i, message in problems] == []


# --- the file ----------------------------------------------------------------------------------
@pytest.mark.parametrize("scene, most", [("gaussian", 2e6), ("bank", 4e6)])
def test_a_page_is_one_small_file_that_asks_for_nothing(exported, scene, most):
    text = exported(scene).read_text("utf-8")
    assert len(text.encode()) < most
    assert "default-src 'none'" in text
    assert "src=" not in text.replace('src="data:', "")
    assert [name for name in MODULES if f'"page/{name}"' not in text] == []


def test_a_page_opens_again_in_the_program(exported):
    scene = scene_file.load(exported("gaussian"))
    assert scene.family == "gaussian"


def test_a_page_that_would_be_too_large_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(web_page, "MOST", 1000)
    target = tmp_path / "page.html"
    assert main(["export", "gaussian", "-o", str(target), "--engine", "reference"]) == 2
    assert "a page to be shared has at most 0 MB" in capsys.readouterr().err
    assert not target.exists()


def test_a_family_without_distributions_shows_none():
    lens = first_scene.load("lens")  # a potential alone
    assert web_scene.scene_data(completed(lens), (), {})["distribution"] is None


def test_what_a_page_cannot_show_is_said(exported, capsys):
    exported("octant", "octant again")
    said = capsys.readouterr().err
    assert "The chart is Triangle: the page cannot draw Octant of a sphere, in space." in said
