"""scratch: render all scenes to PNG"""
import pytest, sys
sys.path.insert(0,'/work/main')
from tests.tui import snapshot_scenes as S
import os
@pytest.mark.parametrize("size", [(120,36),(80,24),(60,16)], ids=str)
@pytest.mark.parametrize("scene", [*S.SCREENS,*S.OVERLAYS], ids=lambda s: s.__name__)
async def test_shot(make_app, scene, size):
    app = S.scene_app(make_app)
    async with app.run_test(size=size) as pilot:
        await scene(pilot)
        await pilot.pause()
        svg = app.export_screenshot()
        import pathlib
        d=pathlib.Path("/tmp/shots"); d.mkdir(exist_ok=True)
        (d/f"{scene.__name__}-{size[0]}.svg").write_text(svg)
        txt="\n".join("".join(s.text for s in strip) for strip in app.screen._compositor.render_strips())
        (d/f"{scene.__name__}-{size[0]}.txt").write_text(txt)
