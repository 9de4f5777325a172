// @vitest-environment jsdom
import { expect, test } from 'vitest';

import type { KnownCourse } from '../../../extension/model/courses.js';
import { CoursesModel } from '../../../extension/model/courses.js';
import { CourseChart } from '../../../extension/view/course-chart.js';
import { MetricFacts } from '../../../extension/view/metric-facts.js';
import { clientOf } from '../model/fixture.js';
import { runPage } from '../model/lineage-fixture.js';
import { click, during, mount, press } from './mount.js';

const RUN = 'c'.repeat(32);

function course(...values: readonly KnownCourse['points'][number]['value'][]): KnownCourse {
  const points = values.map((value, at) => ({ value, step: at * 10, time: at }));
  return { points, total: values.length };
}

const chart = (place: Element): HTMLElement | null => place.querySelector('[role="slider"]');
const said = (place: Element): string | null | undefined =>
  chart(place)?.getAttribute('aria-valuetext');

test('says each value to whoever goes along it by keys, the latest first', async () => {
  const place = await mount(<CourseChart name="loss" course={course(1, 0.5, 0.25)} />);
  expect(chart(place)?.getAttribute('aria-label')).toBe('loss by step: 3 values from 0.25 to 1');
  expect(said(place)).toBe('step 20: 0.25');
  for (const [key, words] of [
    ['ArrowLeft', 'step 10: 0.5'],
    ['Home', 'step 0: 1'],
    ['ArrowLeft', 'step 0: 1'],
    ['End', 'step 20: 0.25'],
  ] as const) {
    await during(() => {
      press(chart(place), key);
    });
    expect(said(place)).toBe(words);
  }
  expect(place.querySelector('.cellar-Course-point')?.textContent).toBe('step 20: 0.25');
});

test('breaks its line where a value is no number, and says what there is', async () => {
  const place = await mount(
    <CourseChart name="loss" course={course(1, 'NaN', 2, 3, 'Infinity')} />,
  );
  expect(place.querySelectorAll('.cellar-Course-line')).toHaveLength(2);
  expect(place.querySelectorAll('.cellar-Course-strange path')).toHaveLength(2);
  expect(place.textContent).toContain('Of these values 1 is NaN, 1 is Infinity.');
  expect(said(place)).toBe('step 40: Infinity');
  expect(place.querySelector('[d*="NaN"], [points*="NaN"], [points*="Infinity"]')).toBeNull();
});

test('is a table, too', async () => {
  const place = await mount(<CourseChart name="loss" course={course(1, 0.5)} />);
  const details = place.querySelector('details');
  expect(details?.querySelector('table')).toBeNull();
  expect(details?.textContent).toBe('2 values as a table');
  await during(() => {
    if (details !== null) details.open = true;
  });
  const cells = [...place.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')].slice(0, 2).map(({ textContent }) => textContent),
  );
  expect(cells).toEqual([
    ['0', '1'],
    ['10', '0.5'],
  ]);
});

test('follows the latest value while none is chosen', async () => {
  const courses = new CoursesModel(
    clientOf((url) => {
      const name = url.pathname.split('/').at(-1) ?? '';
      const points = name === 'once' ? course(1).points : course(1, 0.5).points;
      return { run: RUN, name, total: points.length, points };
    }).client,
  );
  const last = { value: 0.5, step: 10, time: 1 };
  const run = (value: number): ReturnType<typeof runPage> => {
    const loss = value === 0.5 ? last : { value, step: 20, time: 2 };
    const once = { value: 1, step: 0, time: 0 };
    return runPage(RUN, { status: 'running', metrics: { loss, once } });
  };
  const place = await mount(<MetricFacts run={run(0.5)} courses={courses} />);
  const buttons = place.querySelectorAll('button');
  expect([...buttons].map((button) => button.getAttribute('aria-label'))).toEqual([
    'Course of loss',
  ]);
  await during(() => {
    click(buttons[0]);
  });
  expect(buttons[0]?.getAttribute('aria-expanded')).toBe('true');
  expect(said(place)).toBe('step 10: 0.5');
  await during(() => {
    courses.want([
      { run: RUN, name: 'loss', last: { value: 0.1, step: 20, time: 2 }, isOver: false },
    ]);
  });
  expect(said(place)).toBe('step 20: 0.1');
  courses.dispose();
});
