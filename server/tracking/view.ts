/** Which of what was taken away is wanted. */
export type View = 'active' | 'deleted' | 'all';

export function isSeen(isDeleted: boolean, view: View): boolean {
  return view === 'all' || isDeleted === (view === 'deleted');
}
